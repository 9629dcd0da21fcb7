#include "core/lanes.hpp"
#include "features/gauges/sorted_window.hpp"

namespace foxml::features {

namespace {

/// Tag of this file's vectors: what is made of them has no name outside of it.
struct SortedAvx512 {};

using Vector = IntLanes<SortedAvx512>;

}  // namespace

std::size_t replace_sorted_avx512(std::int64_t* sorted, std::size_t count, std::int64_t gone,
                                  std::int64_t value) noexcept {
    const Vector leaving(gone);
    const Vector coming(value);
    lanes::Words below{};  // for each lane, less the values below the new one
    const auto put = [&](std::size_t i, Vector placed) {
        below += lanes::cast<lanes::Words>((placed < coming).raw);
        placed.store(sorted + i);
    };
    // Between the two places each value moves by one, and the new one is the middle of its neighbours and itself. From
    // the end that leaves on, so that no value is read after it was overwritten.
    if (value >= gone) {
        for (std::size_t i = 0; i < count; i += kLanes) {
            const Vector here = Vector::load(sorted + i);
            const Vector next = Vector::load(sorted + i + 1);
            put(i, select(here < leaving, here, larger(here, smaller(next, coming))));
        }
    } else {
        for (std::size_t i = (count + kLanes - 1) / kLanes * kLanes; i > 0;) {
            i -= kLanes;
            const Vector here = Vector::load(sorted + i);
            const Vector before = Vector::load(sorted + i - 1);
            put(i, select(here > leaving, here, smaller(here, larger(before, coming))));
        }
    }
    std::uint64_t less = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        less += below[lane];
    }
    return static_cast<std::size_t>(-less);
}

}  // namespace foxml::features
