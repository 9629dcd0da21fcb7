#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/bytes.hpp"
#include "features/bar.hpp"
#include "features/extrema.hpp"
#include "features/gauge.hpp"
#include "features/interleaved.hpp"
#include "features/layout.hpp"
#include "features/prefix_ring.hpp"
#include "features/smoothing.hpp"

namespace foxml::features {

/// Counts how often what it is part of was assigned to.
class Assignments {
   public:
    Assignments() = default;
    Assignments(Assignments&&) noexcept {}
    Assignments& operator=(Assignments&&) noexcept {
        ++count_;
        return *this;
    }
    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

   private:
    std::uint32_t count_ = 0;
};

/// Where eight symbols keep the rings of their operators.
struct BlockRings {
    BlockRings(const Layout& layout, BlockPool& pool);

    /// What it takes of the pool.
    [[nodiscard]] static std::size_t bytes_of(const Layout& layout) noexcept;

    BlockMemory<std::uint64_t> prefix;
    BlockMemory<std::int64_t> extrema;
    BlockMemory<double> smoothings;
};

/// The operators of one symbol on one timeframe: what its formulas read.
class Operators {
   public:
    Operators(const Layout& layout, const GaugeContext& context, Isa isa = chosen_isa());
    /// In a lane of a block.
    Operators(const Layout& layout, const GaugeContext& context, const BlockRings& rings, std::size_t lane);

    /// Take one bar in.
    void update(const IntegerBar& bar) noexcept;

    /// Go on to the bar that the rings have already got, and its r: all but the gauges.
    void advance(const IntegerBar& bar, std::int64_t log_return) noexcept;
    /// Let gauge `number` of the layout take the last bar in, and ask memory for the one after it.
    void update_gauge(std::size_t number) noexcept;

    [[nodiscard]] const LastReturns& last_returns() const noexcept { return last_returns_; }
    /// Of the close, at the last bar.
    [[nodiscard]] std::int64_t last_change() const noexcept {
        return bars_seen_ > 1 ? bar_.close - previous_.close : 0;
    }
    [[nodiscard]] std::int64_t bars_seen() const noexcept { return bars_seen_; }
    [[nodiscard]] const IntegerBar& bar() const noexcept { return bar_; }
    [[nodiscard]] const IntegerBar& previous() const noexcept { return previous_; }
    /// Whether the words of the rings follow each other: not so in a lane of a block.
    [[nodiscard]] bool in_own_memory() const noexcept { return prefix_.words().stride() == 1; }
    [[nodiscard]] const PrefixRing& prefix() const noexcept { return prefix_; }
    [[nodiscard]] const Extrema& extrema() const noexcept { return extrema_; }
    [[nodiscard]] const Smoothings& smoothings() const noexcept { return smoothings_; }
    // For whoever puts the words of the next bar's row there, and then says `follow`.
    [[nodiscard]] PrefixRing& prefix() noexcept { return prefix_; }
    [[nodiscard]] Extrema& extrema() noexcept { return extrema_; }
    [[nodiscard]] Smoothings& smoothings() noexcept { return smoothings_; }

    /// Of the layout's.
    [[nodiscard]] const Gauge& gauge(const GaugeSpec& spec) const noexcept {
        return *gauges_[layout_->gauges.number(spec)];
    }
    [[nodiscard]] Scale scale() const noexcept { return scale_; }

    /// Place of the last bar in the rings. Symbols of a block whose places are equal can be read together.
    [[nodiscard]] std::int64_t place() const noexcept { return bars_seen_ - 1 + phase_; }
    /// Moves what the rings hold, so that the last bar has this place.
    void set_place(std::int64_t place);

    /// How often another's state has taken the place of this one.
    [[nodiscard]] std::uint32_t replaced() const noexcept { return assignments_.count(); }

    void reset() noexcept;
    void save(ByteWriter& writer) const;
    void load(ByteReader& reader);
    [[nodiscard]] std::size_t bytes() const noexcept;

   private:
    void make_gauges(const GaugeContext& context);
    void save_rings(ByteWriter& writer) const;
    void load_rings(ByteReader& reader);
    [[nodiscard]] SeriesInputs series_inputs(const IntegerBar& bar, const Contributions& contributions) const noexcept;

    const Layout* layout_;
    Scale scale_;
    std::int64_t interval_ns_;
    std::int64_t bars_seen_ = 0;
    std::int64_t phase_ = 0;  ///< place of a bar in the rings, less its index
    Assignments assignments_;
    LastReturns last_returns_{};
    IntegerBar bar_{};
    IntegerBar previous_{};
    PrefixRing prefix_;
    Extrema extrema_;
    Smoothings smoothings_;
    std::vector<std::unique_ptr<Gauge>> gauges_;  ///< one for each of the layout's
};

}  // namespace foxml::features
