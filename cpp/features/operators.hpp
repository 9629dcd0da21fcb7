#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/bytes.hpp"
#include "features/bar.hpp"
#include "features/extrema.hpp"
#include "features/gauge.hpp"
#include "features/layout.hpp"
#include "features/prefix_ring.hpp"
#include "features/smoothing.hpp"

namespace foxml::features {

/// The operators of one symbol on one timeframe: what its formulas read.
class Operators {
   public:
    Operators(const Layout& layout, const GaugeContext& context);

    /// Take one bar in.
    void update(const IntegerBar& bar) noexcept;

    [[nodiscard]] std::int64_t bars_seen() const noexcept { return bars_seen_; }
    [[nodiscard]] const IntegerBar& bar() const noexcept { return bar_; }
    [[nodiscard]] const IntegerBar& previous() const noexcept { return previous_; }
    [[nodiscard]] const PrefixRing& prefix() const noexcept { return prefix_; }
    [[nodiscard]] const Extrema& extrema() const noexcept { return extrema_; }
    [[nodiscard]] const Smoothings& smoothings() const noexcept { return smoothings_; }
    [[nodiscard]] const Gauge& gauge(const GaugeSpec& spec) const noexcept;
    [[nodiscard]] Scale scale() const noexcept { return scale_; }

    void reset() noexcept;
    void save(ByteWriter& writer) const;
    void load(ByteReader& reader);
    [[nodiscard]] std::size_t bytes() const noexcept;

   private:
    [[nodiscard]] SeriesInputs series_inputs(const Contributions& contributions) const noexcept;

    const Layout* layout_;
    Scale scale_;
    std::int64_t interval_ns_;
    std::int64_t bars_seen_ = 0;
    LastReturns last_returns_{};
    IntegerBar bar_{};
    IntegerBar previous_{};
    PrefixRing prefix_;
    Extrema extrema_;
    Smoothings smoothings_;
    std::vector<std::unique_ptr<Gauge>> gauges_;  ///< one for each of the layout's
};

}  // namespace foxml::features
