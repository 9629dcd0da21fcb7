#pragma once

#include <cstdint>

#include "core/int128.hpp"
#include "features/bar.hpp"
#include "features/gauge_spec.hpp"
#include "features/requirements.hpp"
#include "features/session.hpp"

namespace foxml::features {

/// A stand-in for View that writes down what a formula reads: from this follow the operators that a plan runs and the
/// warm-up of each feature. It has View's names and gives made-up values.
///
/// A formula must read everything it needs before it decides anything by value.
class Probe {
   public:
    Probe(Requirements& requirements, std::int64_t interval_ns) noexcept
        : requirements_(&requirements), interval_ns_(interval_ns) {}

    [[nodiscard]] const IntegerBar& bar() const noexcept;
    [[nodiscard]] const IntegerBar& previous() const noexcept;
    [[nodiscard]] std::int64_t index() const noexcept {
        requirements_->bar = true;
        return 100;
    }
    [[nodiscard]] Scale scale() const noexcept { return {1.0, 1.0}; }

    [[nodiscard]] std::int64_t sum(Column column, int window, int lag = 0) const;
    [[nodiscard]] Int128 sum(WideColumn column, int window, int lag = 0) const;
    [[nodiscard]] std::int64_t close(int lag) const { return sum(Column::close, 1, lag); }

    [[nodiscard]] std::int64_t high(int window, int lag = 0) const { return extremum(Extremum::high, window, lag); }
    [[nodiscard]] std::int64_t low(int window, int lag = 0) const { return extremum(Extremum::low, window, lag) / 2; }
    [[nodiscard]] std::int64_t high_close(int window) const { return extremum(Extremum::high_close, window, 0); }
    [[nodiscard]] std::int64_t low_close(int window) const { return extremum(Extremum::low_close, window, 0) / 2; }
    [[nodiscard]] std::int64_t since_high(int window) const { return since(Extremum::high, window); }
    [[nodiscard]] std::int64_t since_low(int window) const { return since(Extremum::low, window); }

    [[nodiscard]] double ema(const Source& source, int length, int lag = 0) const {
        return smoothed({Forgetting::ema, source, static_cast<std::uint8_t>(length)}, lag);
    }
    [[nodiscard]] double rma(const Source& source, int length, int lag = 0) const {
        return smoothed({Forgetting::rma, source, static_cast<std::uint8_t>(length)}, lag);
    }
    [[nodiscard]] double decayed(const Source& source, int percent, int lag = 0) const {
        return smoothed({Forgetting::decay, source, static_cast<std::uint8_t>(percent)}, lag);
    }

    /// A gauge's value; its own reads and warm-up are written down as well.
    [[nodiscard]] double gauge(GaugeKind kind, const Params& params, int output = 0) const;

    /// The value is known `bars` after the first bar at the earliest.
    void warm(std::int64_t bars) const noexcept { requirements_->warm(bars); }
    /// The value never quite forgets where it began.
    void recursive() const noexcept { requirements_->recursive = true; }
    [[nodiscard]] std::int64_t interval_ns() const noexcept { return interval_ns_; }
    /// Bars that all reads up to here need before theirs is valid.
    [[nodiscard]] std::int64_t warmup_bars() const noexcept { return requirements_->warmup_bars; }

    [[nodiscard]] const Session& session() const;
    [[nodiscard]] const Session& overnight() const;
    [[nodiscard]] const Session& prior_session() const;

    /// What is read of a higher timeframe counts in its bars; its warm-up is written down in bars of the base.
    template <typename Read>
    double higher(int minutes, Read read) const {
        Requirements& above = requirements_->higher_at(minutes);
        const double value = read(Probe(above, minutes * kMinuteNs));
        warm_higher(minutes, above.warmup_bars);
        return value;
    }

   private:
    [[nodiscard]] std::int64_t extremum(Extremum extremum, int window, int lag) const;
    [[nodiscard]] std::int64_t since(Extremum extremum, int window) const;
    [[nodiscard]] double smoothed(const Smoothing& smoothing, int lag) const;
    [[nodiscard]] const Session& session_warm(std::int64_t bars) const;
    void warm_higher(int minutes, std::int64_t warmup_bars) const;

    Requirements* requirements_;
    std::int64_t interval_ns_;
};

}  // namespace foxml::features
