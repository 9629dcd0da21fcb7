#pragma once

#include <cstdint>

#include "core/int128.hpp"
#include "features/bar.hpp"
#include "features/count.hpp"
#include "features/gauge_spec.hpp"
#include "features/requirements.hpp"
#include "features/session.hpp"

namespace foxml::features {

/// A source with lengths that know their form.
struct CountedSource {
    constexpr CountedSource(Series of, Count first_length = 0, Count second_length = 0) noexcept  // NOLINT: as Source
        : series(of), first(first_length), second(second_length) {}

    [[nodiscard]] Source plain() const noexcept { return {series, first, second}; }

    Series series;
    Count first;
    Count second;
};

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

    [[nodiscard]] std::int64_t sum(Column column, Count window, Count lag = 0) const;
    [[nodiscard]] Int128 sum(WideColumn column, Count window, Count lag = 0) const;
    [[nodiscard]] std::int64_t close(Count lag) const { return sum(Column::close, 1, lag); }

    [[nodiscard]] std::int64_t high(Count window, Count lag = 0) const { return maximum(Extremum::high, window, lag); }
    [[nodiscard]] std::int64_t low(Count window, Count lag = 0) const {
        return maximum(Extremum::low, window, lag) / 2;
    }
    [[nodiscard]] std::int64_t high_close(Count window) const { return maximum(Extremum::high_close, window, 0); }
    [[nodiscard]] std::int64_t low_close(Count window) const { return maximum(Extremum::low_close, window, 0) / 2; }
    [[nodiscard]] std::int64_t since_high(Count window) const { return since(Extremum::high, window); }
    [[nodiscard]] std::int64_t since_low(Count window) const { return since(Extremum::low, window); }

    [[nodiscard]] double ema(const CountedSource& source, Count length, Count lag = 0) const {
        return average(Forgetting::ema, source, length, lag);
    }
    [[nodiscard]] double rma(const CountedSource& source, Count length, Count lag = 0) const {
        return average(Forgetting::rma, source, length, lag);
    }
    [[nodiscard]] double decayed(const CountedSource& source, Count percent, Count lag = 0) const {
        return average(Forgetting::decay, source, percent, lag);
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
    void note(ReadKind kind, unsigned what, Count window, Count lag) const;
    [[nodiscard]] std::int64_t maximum(Extremum extremum, Count window, Count lag) const;
    [[nodiscard]] std::int64_t since(Extremum extremum, Count window) const;
    void extremum(Extremum extremum, int window, int lag) const;
    [[nodiscard]] double average(Forgetting forgetting, const CountedSource& source, Count length, Count lag) const;
    [[nodiscard]] double smoothed(const Smoothing& smoothing, int lag) const;
    [[nodiscard]] const Session& session_warm(std::int64_t bars) const;
    void warm_higher(int minutes, std::int64_t warmup_bars) const;

    Requirements* requirements_;
    std::int64_t interval_ns_;
};

}  // namespace foxml::features
