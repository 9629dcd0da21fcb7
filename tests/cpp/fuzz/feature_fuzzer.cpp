// The engine on drawn plans, bars at the guards and past them, actions, snapshots whole and damaged. An input is a row
// of decisions; see EngineRun for what must hold.
#include "core/errors.hpp"
#include "engine_run.hpp"
#include "fuzzer.hpp"

namespace foxml::fuzz {

Counts counts;
bool canary = false;

}  // namespace foxml::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr int kStepsMax = 40;
    foxml::fuzz::Choices choices({data, size});
    foxml::fuzz::EngineRun run(choices);
    run.warm_up();
    for (int i = 0; i < kStepsMax && !choices.done(); ++i) {
        run.step();
    }
    return 0;
}
