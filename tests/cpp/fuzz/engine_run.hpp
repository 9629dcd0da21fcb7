#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bar_tapes.hpp"
#include "choices.hpp"
#include "drawn_plans.hpp"
#include "engine/engine.hpp"
#include "fuzzer.hpp"

namespace foxml::fuzz {

/// An engine beside tracks of its symbols alone, which say what it must answer.
///
/// The engine is saved, restored and refused things; the tracks only take in what is accepted.
class EngineRun {
   public:
    explicit EngineRun(Choices& choices);

    /// Bars until every feature is warm and some more.
    void warm_up();
    /// Takes the next step that the choices say.
    void step();

   private:
    /// Moment and bars of a slice that could come next.
    struct Draft {
        std::vector<features::Bar> bars;
        std::vector<std::uint8_t> present;
    };

    [[nodiscard]] engine::Engine make_engine() const;
    void take_bars(std::size_t count);
    void refuse_bars();
    void refuse_times();
    void adjust();
    void extend();
    void restore();
    void damage();
    void forge();
    void go_on(engine::Engine& other);

    [[nodiscard]] bool draw(Draft& draft);
    void leave_out_refused(Draft& draft);
    [[nodiscard]] double benchmark_close(const Draft& draft) const;
    [[nodiscard]] bool refused(const Draft& draft, std::size_t symbol) const;
    [[nodiscard]] bool refused(const Draft& draft) const;
    /// Valid as long as both.
    [[nodiscard]] static engine::Slice slice_of(const Draft& draft, std::vector<double>& ohlcv);
    /// Whether the engine took it; both must agree about that.
    bool give(const Draft& draft);
    void follow(const Draft& draft);
    void compare(const Draft& draft);
    void compare_row(std::size_t symbol);
    [[nodiscard]] std::string place_of(std::size_t column, std::size_t symbol) const;

    Choices& choices_;
    Terms terms_;
    Random random_;
    engine::Engine engine_;
    std::vector<engine::Track> tracks_;
    std::vector<Tape> tapes_;
    std::vector<Regime> regimes_;
    Calendar calendar_;
    std::uint64_t absent_one_in_ = 0;  ///< 0: never
    std::int64_t last_close_ns_;
    std::vector<float> rows_;
    std::vector<std::uint8_t> ready_;
};

}  // namespace foxml::fuzz
