#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/bytes.hpp"
#include "features/bar.hpp"
#include "features/gauge_spec.hpp"

namespace foxml::features {

class View;
class Probe;

/// What is constant of a gauge's symbol.
struct GaugeContext {
    std::int64_t interval_ns;
    Scale scale;
};

/// An operator for what no sum, extreme or recursive average of a bar's columns gives: order statistics, state
/// machines, products too wide for 128 bits.
///
/// It is updated once a bar, after every other operator of its timeframe, and reads those through a view (of no session
/// and no higher timeframe). What it says of a window must not depend on what came before the window, unless it is
/// marked as recursive.
class Gauge {
   public:
    Gauge() = default;
    Gauge(const Gauge&) = delete;
    Gauge& operator=(const Gauge&) = delete;
    virtual ~Gauge() = default;

    /// Take the view's last bar in. Allocates nothing.
    virtual void update(const View& view) noexcept = 0;

    /// A value after the last bar, NaN where there is none. What `output` counts is the gauge's own.
    [[nodiscard]] virtual double value(int output) const noexcept = 0;

    virtual void reset() noexcept = 0;
    virtual void save(ByteWriter& writer) const = 0;

    /// Throws InvalidInput if the bytes cannot be such a state; what is held then is undefined.
    virtual void load(ByteReader& reader) = 0;

    [[nodiscard]] virtual std::size_t bytes() const noexcept = 0;
};

/// How gauges of one kind come about.
struct GaugeFactory {
    GaugeKind kind;
    std::unique_ptr<Gauge> (*make)(const Params& params, const GaugeContext& context);
    /// Reads on the probe all that `update` reads on a view, and warms it up to the first bar with a value.
    void (*probe)(const Probe& probe, const Params& params);
};

[[nodiscard]] std::unique_ptr<Gauge> make_gauge(const GaugeSpec& spec, const GaugeContext& context);

/// What a gauge requires of the other operators, and its warm-up.
void probe_gauge(const GaugeSpec& spec, const Probe& probe);

[[nodiscard]] std::span<const GaugeFactory> trend_gauges();
[[nodiscard]] std::span<const GaugeFactory> volume_gauges();
[[nodiscard]] std::span<const GaugeFactory> statistic_gauges();
[[nodiscard]] std::span<const GaugeFactory> session_gauges();

}  // namespace foxml::features
