#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "features/operators.hpp"
#include "features/plan.hpp"
#include "features/tape_source.hpp"

namespace foxml::features {

/// The tapes of a plan: memory for a stretch of bars, and for as many before it as something reads.
class TapeMemory {
   public:
    static constexpr std::size_t kBars = 256;

    explicit TapeMemory(const Plan& plan);
    TapeMemory(const TapeMemory&) = delete;
    TapeMemory& operator=(const TapeMemory&) = delete;

    [[nodiscard]] const TapeSource& source() const noexcept { return source_; }

    /// Takes what lies before the next stretch from a symbol.
    void load(Operators& operators);

    /// Where the bars of the next stretch are to be put.
    [[nodiscard]] std::span<IntegerBar> room() noexcept { return std::span(bars_).subspan(1, kBars); }

    /// Begins the next stretch with the `count` bars in the room; what was made of the one before lies before it now.
    void begin(std::size_t count, std::int64_t first_index);

    /// A value of a gauge that formulas read, and where it goes.
    struct GaugeValue {
        GaugeSpec gauge;
        int output;
        double* values;
    };
    [[nodiscard]] std::span<const GaugeValue> gauge_values() const noexcept { return gauge_values_; }

    /// An entry whose cells are computed bar by bar, and where they go.
    struct Cells {
        const Plan::Entry* entry;
        float* values;
    };
    [[nodiscard]] std::span<const Cells> cells() const noexcept { return cells_; }

   private:
    using Tape = std::variant<std::uint64_t**, std::int64_t**, double**>;
    struct Span {
        Tape tape;
        std::size_t at;     ///< of the stretch's first bar
        std::size_t reach;  ///< bars before it
    };

    void add(Tape tape, std::size_t reach);
    void add_bars();
    void add_prefix(const Requirements& requirements);
    void add_extrema(const Requirements& requirements);
    void add_smoothings();
    void add_gauges(const Requirements& requirements);
    void add_cells(const Plan& plan);
    void allocate();
    void make_stages();
    void make_stage(std::size_t depth, const std::vector<std::size_t>& depths);
    void load_bars(const Operators& operators);
    void load_moments(std::int64_t last_index);
    void put_bar(std::ptrdiff_t at, const IntegerBar& bar) noexcept;

    const Layout& layout_;
    TapeSource source_{};
    std::vector<Span> spans_;
    std::size_t words_ = 0;
    std::unique_ptr<std::uint64_t[], void (*)(void*)> memory_;
    std::vector<IntegerBar> bars_;  ///< the one before the stretch, then the stretch
    IntegerBar last_{};             ///< of the stretch
    std::vector<float> cell_values_;

    std::vector<std::uint64_t*> prefix_;
    std::vector<std::size_t> prefix_reach_;
    std::vector<std::int64_t*> extrema_;
    std::vector<std::int64_t*> moments_;
    std::vector<std::size_t> extrema_reach_;
    std::vector<double*> smoothings_;
    std::vector<double*> made_inputs_;  ///< of the slots that are taken of two averages
    double* unread_ = nullptr;          ///< where a group's lanes go that are no average
    std::vector<double*> gauge_tapes_;
    std::vector<std::vector<GaugeTape>> gauges_;
    std::vector<const GaugeTape*> gauge_starts_;
    std::vector<GaugeValue> gauge_values_;
    std::vector<Cells> cells_;
    std::vector<const float*> cell_starts_;
    std::vector<std::vector<SmoothingInput>> stage_inputs_;
    std::vector<std::vector<SmoothingGroup>> stage_groups_;
    std::vector<SmoothingStage> stages_;
};

}  // namespace foxml::features
