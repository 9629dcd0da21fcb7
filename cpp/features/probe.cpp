#include "features/probe.hpp"

#include <algorithm>
#include <bit>

#include "core/errors.hpp"
#include "features/gauge.hpp"

namespace foxml::features {

namespace {

constexpr IntegerBar kBar{3, 1, 4, 11, 17, 7, 13, 5};
constexpr IntegerBar kPrevious{2, 1, 4, 10, 14, 8, 12, 3};

void raise(int& to, int value) noexcept { to = std::max(to, value); }

}  // namespace

const IntegerBar& Probe::bar() const noexcept {
    requirements_->bar = true;
    return kBar;
}

const IntegerBar& Probe::previous() const noexcept {
    requirements_->bar = true;
    requirements_->warm(1);
    return kPrevious;
}

void Probe::note(ReadKind kind, unsigned what, Count window, Count lag) const {
    requirements_->note({read_key(kind, what, window.form(), lag.form()),
                         kind,
                         static_cast<std::uint8_t>(what),
                         {Forgetting::ema, Series::close, 1},
                         window,
                         lag});
}

std::int64_t Probe::sum(Column column, Count window, Count lag) const {
    FOXML_ASSERT(window > 0 && lag >= 0);
    note(ReadKind::sum, static_cast<unsigned>(column), window, lag);
    raise(requirements_->column_rows[static_cast<std::size_t>(column)], window + lag);
    requirements_->column_reads.insert({column, lag});
    requirements_->column_reads.insert({column, lag + window});
    requirements_->benchmark = requirements_->benchmark || reads_benchmark(column);
    requirements_->warm(first_row(column) + window + lag - 1);
    return 10 + lag;
}

Int128 Probe::sum(WideColumn column, Count window, Count lag) const {
    FOXML_ASSERT(window > 0 && lag >= 0);
    note(ReadKind::wide_sum, static_cast<unsigned>(column), window, lag);
    raise(requirements_->wide_rows[static_cast<std::size_t>(column)], window + lag);
    requirements_->wide_reads.insert({column, lag});
    requirements_->wide_reads.insert({column, lag + window});
    requirements_->benchmark = requirements_->benchmark || reads_benchmark(column);
    requirements_->warm(first_row(column) + window + lag - 1);
    return 1000 + lag;
}

double Probe::gauge(GaugeKind kind, const Params& params, int output) const {
    const GaugeSpec spec{kind, params};
    // On its own: a gauge's warm-up is reckoned from what it reads, not from what the formula has read before.
    Requirements own;
    own.add(spec);
    probe_gauge(spec, Probe(own, interval_ns_));
    requirements_->merge(own);
    requirements_->add(GaugeRead{spec, output});
    return 1.0 + output;
}

std::int64_t Probe::maximum(Extremum extremum, Count window, Count lag) const {
    note(ReadKind::maximum, static_cast<unsigned>(extremum), window, lag);
    this->extremum(extremum, window, lag);
    return 20;
}

std::int64_t Probe::since(Extremum extremum, Count window) const {
    note(ReadKind::since_maximum, static_cast<unsigned>(extremum), window, 0);
    requirements_->extremum_since[static_cast<std::size_t>(extremum)] = true;
    requirements_->extremum_searches.insert({extremum, window});
    // The search steps down the levels, to any bar of the window.
    for (int level = 0; 1 << level <= window; ++level) {
        raise(requirements_->extremum_rows[static_cast<std::size_t>(extremum)][static_cast<std::size_t>(level)],
              window);
    }
    this->extremum(extremum, window, 0);
    return 1;
}

void Probe::extremum(Extremum extremum, int window, int lag) const {
    FOXML_ASSERT(window > 0 && lag >= 0);
    const int level = std::bit_width(static_cast<unsigned>(window)) - 1;
    FOXML_ASSERT(level < static_cast<int>(kExtremumLevels));
    raise(requirements_->extremum_rows[static_cast<std::size_t>(extremum)][static_cast<std::size_t>(level)],
          lag + window - (1 << level) + 1);
    requirements_->extremum_reads.insert({extremum, lag, level});
    requirements_->extremum_reads.insert({extremum, lag + window - (1 << level), level});
    requirements_->warm(window + lag - 1);
}

double Probe::average(Forgetting forgetting, const CountedSource& source, Count length, Count lag) const {
    const Smoothing smoothing{forgetting, source.plain(), static_cast<std::uint8_t>(static_cast<int>(length))};
    const unsigned what = static_cast<unsigned>(forgetting) * kSeries + static_cast<unsigned>(source.series);
    requirements_->note(
        {read_key(ReadKind::average, what, length.form(), lag.form(), source.first.form(), source.second.form()),
         ReadKind::average, static_cast<std::uint8_t>(what), smoothing, length, lag});
    return smoothed(smoothing, lag);
}

double Probe::smoothed(const Smoothing& smoothing, int lag) const {
    FOXML_ASSERT(smoothing.length > 0 && lag >= 0);
    for (const Smoothing& inner : smoothing.reads()) {
        (void)smoothed(inner, 0);
    }
    requirements_->add(smoothing, lag + 1);
    requirements_->warm(smoothing.warmup_bars() + lag);
    return 1.0 / smoothing.length;
}

const Session& Probe::session_warm(std::int64_t bars) const {
    static const Session session;
    requirements_->session = true;
    requirements_->warm(bars);
    return session;
}

// The worst start for each is the one that has just missed a first bar: the second bar of a session, or the first of
// one whose predecessor would have been needed.
const Session& Probe::session() const { return session_warm(session_bars(interval_ns_) - 1); }
const Session& Probe::overnight() const { return session_warm(session_bars(interval_ns_)); }
const Session& Probe::prior_session() const { return session_warm(2 * session_bars(interval_ns_) - 1); }

void Probe::warm_higher(int minutes, std::int64_t warmup_bars) const {
    const std::int64_t per_bucket = minutes * kMinuteNs / interval_ns_;
    // The worst start is the second bar of a bucket: the rest of it is lost, then warmup_bars + 1 buckets complete.
    requirements_->warm((warmup_bars + 1) * per_bucket + per_bucket - 2);
}

}  // namespace foxml::features
