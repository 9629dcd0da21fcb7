// Drives the feature engine for benchmarks: bars and columns come in, seconds go out. Loaded from Python, which makes
// no call while the clock runs.

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/isa.hpp"
#include "engine/batch.hpp"
#include "engine/engine.hpp"
#include "features/catalogue.hpp"
#include "features/plan.hpp"

namespace {

using namespace foxml;

/// Seconds that this thread has run: on a busy machine the time of others is not ours.
double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::string last_error;

/// One history: three times and five numbers a bar.
struct Bars {
    const std::int64_t* times;  ///< close, session's open, session's close
    const double* ohlcv;
    std::int64_t count;
};

features::Plan::Column column_of(const std::string& name) {
    features::Plan::Column column{name, name.substr(0, name.find('@')), {}};
    for (auto at = name.find('@'); at != std::string::npos; at = name.find('@', at + 1)) {
        const auto equals = name.find('=', at);
        column.parameters[name.substr(at + 1, equals - at - 1)] = std::stoi(name.substr(equals + 1));
    }
    return column;
}

std::shared_ptr<const features::Plan> plan_of(const char* names, std::int64_t interval_ns) {
    std::vector<features::Plan::Column> columns;
    std::istringstream lines(names);
    for (std::string line; std::getline(lines, line);) {
        columns.push_back(column_of(line));
    }
    return std::make_shared<const features::Plan>(columns, interval_ns);
}

/// The first symbol is the benchmark of all, itself included, where a plan needs one.
std::optional<std::size_t> benchmark_of(const features::Plan& plan) {
    return plan.needs_benchmark() ? std::optional<std::size_t>(0) : std::nullopt;
}

/// An engine with the buffers of its slices.
class Driver {
   public:
    Driver(const char* names, std::int64_t interval_ns, std::size_t symbols, features::Scale scale)
        : plan(plan_of(names, interval_ns)),
          scale(scale),
          symbols_(symbols),
          engine_(plan, std::vector<features::Scale>(symbols, scale), {}, "bench", benchmark_of(*plan)),
          present_(symbols, 1),
          ready_(symbols),
          rows_(symbols * plan->feature_count()) {}

    /// Bars `from` to `to` of one symbol, one call each. Rows go to `rows` if given.
    double stream(const Bars& bars, std::int64_t from, std::int64_t to, float* rows) {
        const double start = thread_seconds();
        for (std::int64_t i = from; i < to; ++i) {
            float* const row = rows == nullptr ? rows_.data() : rows + (i - from) * plan->feature_count();
            take(bars, i, bars.ohlcv + i * 5, row);
        }
        return thread_seconds() - start;
    }

    /// Slices in groups of `group` between two looks at the clock; each symbol reads its own stretch of the history.
    /// Gives the seconds of one slice in each group.
    void slices(const Bars& bars, std::int64_t from, std::int64_t groups, std::int64_t group, double* seconds) {
        const auto width = static_cast<std::int64_t>(symbols_ * 5);
        ohlcv_.resize(static_cast<std::size_t>(group * width));
        for (std::int64_t g = 0; g < groups; ++g, from += group) {
            for (std::int64_t i = 0; i < group; ++i) {
                gather(bars, from + i, ohlcv_.data() + i * width);
            }
            const double start = thread_seconds();
            for (std::int64_t i = 0; i < group; ++i) {
                take(bars, from + i, ohlcv_.data() + i * width, rows_.data());
            }
            seconds[g] = (thread_seconds() - start) / static_cast<double>(group);
        }
    }

    void remember() { snapshot_ = engine_.snapshot(); }
    void rewind() { engine_.restore(snapshot_); }

    [[nodiscard]] std::int64_t ready_count() const {
        std::int64_t count = 0;
        for (const auto ready : ready_) {
            count += ready;
        }
        return count;
    }

    std::shared_ptr<const features::Plan> plan;
    features::Scale scale;

   private:
    void gather(const Bars& bars, std::int64_t i, double* ohlcv) const {
        for (std::size_t s = 0; s < symbols_; ++s) {
            const double* const bar = bars.ohlcv + (i + 37 * static_cast<std::int64_t>(s)) % bars.count * 5;
            ohlcv = std::copy_n(bar, 5, ohlcv);
        }
    }

    void take(const Bars& bars, std::int64_t i, const double* ohlcv, float* rows) {
        const std::int64_t* const times = bars.times + i * 3;
        double no_score = 0.0;
        engine_.on_slice({times[0], times[1], times[2], ohlcv, present_.data()}, {rows, ready_.data(), &no_score});
    }

    std::size_t symbols_;
    engine::Engine engine_;
    std::string snapshot_;
    std::vector<std::uint8_t> present_;
    std::vector<std::uint8_t> ready_;
    std::vector<float> rows_;
    std::vector<double> ohlcv_;
};

/// Runs `work`, whose failure becomes `otherwise` and a text for `bench_error`.
template <typename Result, typename Work>
Result guarded(Result otherwise, Work work) {
    try {
        return work();
    } catch (const std::exception& error) {
        last_error = error.what();
        return otherwise;
    }
}

template <typename Value>
double batch(const Driver& driver, const Bars& bars, Value* values) {
    std::vector<std::int64_t> closes, opens, ends;
    std::vector<double> benchmark;
    for (std::int64_t i = 0; i < bars.count; ++i) {
        closes.push_back(bars.times[i * 3]);
        opens.push_back(bars.times[i * 3 + 1]);
        ends.push_back(bars.times[i * 3 + 2]);
        benchmark.push_back(bars.ohlcv[i * 5 + 3]);
    }
    std::vector<std::uint8_t> ready(closes.size());
    const engine::BarColumns columns{closes.size(), closes.data(),
                                     opens.data(),  ends.data(),
                                     bars.ohlcv,    benchmark_of(*driver.plan) ? benchmark.data() : nullptr};
    const double start = thread_seconds();
    engine::run_batch(driver.plan, driver.scale, columns, {}, values, ready.data());
    return thread_seconds() - start;
}

}  // namespace

extern "C" {

#define FOXML_BENCH __attribute__((visibility("default")))

FOXML_BENCH const char* bench_error() { return last_error.c_str(); }

/// The path that this copy of the library has chosen.
FOXML_BENCH const char* bench_isa() {
    return guarded<const char*>(nullptr, [] { return name_of(chosen_isa()).data(); });
}

/// One feature a line: name, group, bits of its timeframes, then its parameters.
FOXML_BENCH const char* bench_catalogue() {
    static std::string text;
    std::ostringstream out;
    for (const features::FeatureInfo& feature : features::catalogue()) {
        out << feature.name << ' ' << feature.group << ' ' << feature.timeframes;
        for (const features::Parameter& parameter : feature.parameters) {
            out << ' ' << parameter.name << '=' << parameter.value;
        }
        out << '\n';
    }
    text = out.str();
    return text.c_str();
}

FOXML_BENCH Driver* bench_open(const char* names, std::int64_t interval_ns, std::int64_t symbols, double price_grid,
                               double volume_unit) {
    return guarded<Driver*>(nullptr, [&] {
        return new Driver(names, interval_ns, static_cast<std::size_t>(symbols), {price_grid, volume_unit});
    });
}

FOXML_BENCH void bench_close(const Driver* driver) { delete driver; }

FOXML_BENCH std::int64_t bench_warmup_bars(const Driver* driver) { return driver->plan->warmup_bars(); }

FOXML_BENCH std::int64_t bench_ready_count(const Driver* driver) { return driver->ready_count(); }

FOXML_BENCH double bench_stream(Driver* driver, const std::int64_t* times, const double* ohlcv, std::int64_t from,
                                std::int64_t to, float* rows) {
    return guarded(-1.0, [&] { return driver->stream({times, ohlcv, to}, from, to, rows); });
}

FOXML_BENCH void bench_remember(Driver* driver) { driver->remember(); }

FOXML_BENCH void bench_rewind(Driver* driver) { driver->rewind(); }

FOXML_BENCH bool bench_slices(Driver* driver, const std::int64_t* times, const double* ohlcv, std::int64_t count,
                              std::int64_t from, std::int64_t groups, std::int64_t group, double* seconds) {
    return guarded(false, [&] {
        driver->slices({times, ohlcv, count}, from, groups, group, seconds);
        return true;
    });
}

FOXML_BENCH double bench_batch(const Driver* driver, const std::int64_t* times, const double* ohlcv, std::int64_t count,
                               float* values) {
    return guarded(-1.0, [&] { return batch(*driver, {times, ohlcv, count}, values); });
}

FOXML_BENCH double bench_batch_double(const Driver* driver, const std::int64_t* times, const double* ohlcv,
                                      std::int64_t count, double* values) {
    return guarded(-1.0, [&] { return batch(*driver, {times, ohlcv, count}, values); });
}
}
