#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "features/catalogue.hpp"
#include "features/plan.hpp"
#include "features/symbol_state.hpp"

namespace foxml::features::test {

inline constexpr std::int64_t kIntervals[] = {kMinuteNs, 5 * kMinuteNs, 15 * kMinuteNs, 60 * kMinuteNs,
                                              1440 * kMinuteNs};
inline constexpr Scale kCents{0.01, 1.0};

/// What a seeded random walk of bars goes through.
struct Walk {
    std::int64_t interval_ns = 5 * kMinuteNs;
    int bars = 1000;
    std::uint64_t seed = 1;
    double missing = 0.0;       ///< share of bars that are absent
    double flat = 0.0;          ///< chance that a stretch of bars without a price change or a range begins
    double quiet = 0.0;         ///< share of bars without volume
    int skip = 0;               ///< bars left out at the start
    double no_benchmark = 0.0;  ///< share of bars that the benchmark has none of
};

/// Price of a walk: random steps, with flat and one-way stretches on demand.
class WalkPrice {
   public:
    explicit WalkPrice(const Walk& walk) : walk_(walk), random_(walk.seed), benchmark_random_(walk.seed + 1000) {}

    Bar next(std::int64_t close_ns, std::int64_t open_ns, std::int64_t session_close_ns) {
        if (stretch_ == 0 && uniform_(random_) < walk_.flat) {
            stretch_ = 1 + static_cast<int>(random_() % 60);
            rising_ = random_() % 4 == 0;
        }
        const double open = price_ + (stretch_ > 0 ? 0.0 : 0.02 * normal_(random_));
        double close = open;
        double high = open;
        double low = open;
        if (stretch_ > 0) {
            --stretch_;
            close += rising_ ? 0.01 : 0.0;
            high = close;
        } else {
            close += 0.1 * normal_(random_);
            high = std::max(open, close) + std::fabs(0.05 * normal_(random_));
            low = std::min(open, close) - std::fabs(0.05 * normal_(random_));
        }
        price_ = std::max(close, 20.0);
        const double volume = uniform_(random_) < walk_.quiet ? 0.0 : std::floor(1000.0 * std::exp(normal_(random_)));
        return Bar{close_ns, open_ns, session_close_ns, open, high, low, close, volume, next_benchmark()};
    }

    /// The benchmark's move, or 0. Of random numbers of its own: the prices are the same with it as without.
    double next_benchmark() {
        const double ratio = std::exp(0.0005 * normal_of_benchmark_(benchmark_random_));
        return uniform_(benchmark_random_) < walk_.no_benchmark ? 0.0 : ratio;
    }

    [[nodiscard]] bool missing() { return uniform_(random_) < walk_.missing; }

   private:
    Walk walk_;
    std::mt19937_64 random_;
    std::normal_distribution<double> normal_;
    std::uniform_real_distribution<double> uniform_{0.0, 1.0};
    std::mt19937_64 benchmark_random_;
    std::normal_distribution<double> normal_of_benchmark_;
    double price_ = 100.0;
    int stretch_ = 0;
    bool rising_ = false;
};

/// Bars of sessions from 14:30 to 21:00 UTC on weekdays, from Monday 2024-01-01 on.
inline std::vector<Bar> random_bars(const Walk& walk) {
    WalkPrice price(walk);
    std::vector<Bar> bars;
    for (std::int64_t day = 19'723; std::ssize(bars) < walk.bars + walk.skip; ++day) {
        if ((day + 3) % 7 > 4) {
            continue;
        }
        const std::int64_t open_ns = (day * 1440 + 870) * kMinuteNs;
        const std::int64_t close_ns = open_ns + kSessionNs;
        for (std::int64_t at = open_ns; at < close_ns && std::ssize(bars) < walk.bars + walk.skip;) {
            at = std::min(at + walk.interval_ns, close_ns);
            const Bar bar = price.next(at, open_ns, close_ns);
            if (!price.missing()) {
                bars.push_back(bar);
            }
        }
    }
    bars.erase(bars.begin(), bars.begin() + walk.skip);
    return bars;
}

/// Every feature that has a meaning on these bars.
inline std::vector<std::string> names_on(std::int64_t interval_ns) {
    std::vector<std::string> names;
    for (const FeatureInfo& feature : catalogue()) {
        if ((feature.timeframes & timeframe_bit(interval_ns)) != 0) {
            names.emplace_back(feature.name);
        }
    }
    return names;
}

inline std::shared_ptr<const Plan> plan_on(std::int64_t interval_ns) {
    return std::make_shared<const Plan>(names_on(interval_ns), interval_ns);
}

using Rows = std::vector<std::vector<double>>;

/// The rows of a fresh state over `bars[first..]`.
inline Rows rows_of(const std::shared_ptr<const Plan>& plan, const std::vector<Bar>& bars, std::size_t first = 0,
                    Scale scale = kCents) {
    SymbolState state(plan, scale);
    Rows rows;
    for (std::size_t t = first; t < bars.size(); ++t) {
        state.update(bars[t]);
        state.write_row(rows.emplace_back(plan->feature_count()).data());
    }
    return rows;
}

}  // namespace foxml::features::test
