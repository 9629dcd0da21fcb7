#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace foxml::engine {

inline constexpr std::int64_t kMinuteNs = 60'000'000'000;
inline constexpr std::int64_t kFirstOpenNs = 1'704'205'800'000'000'000;  // 2024-01-02 14:30 UTC
inline constexpr std::size_t kBarsPerSession = 78;
inline constexpr features::Scale kScale{1e-6, 1.0};

/// Random bars of five minutes in sessions of 6.5 hours; prices in cents.
inline std::vector<features::Bar> random_bars(std::uint64_t seed, std::size_t count) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    std::vector<features::Bar> bars;
    double price = 5000.0;
    for (std::size_t t = 0; t < count; ++t) {
        const auto session = static_cast<std::int64_t>(t / kBarsPerSession);
        const auto place = static_cast<std::int64_t>(t % kBarsPerSession);
        const std::int64_t open_ns = kFirstOpenNs + session * 24 * 60 * kMinuteNs;
        const double open = std::round(price);
        price = std::max(100.0, open + 10.0 * normal(random));
        const double close = std::round(price);
        const double high = std::max(open, close) + static_cast<double>(random() % 5);
        const double low = std::min(open, close) - static_cast<double>(random() % 5);
        bars.push_back({open_ns + (place + 1) * 5 * kMinuteNs, open_ns,
                        open_ns + static_cast<std::int64_t>(kBarsPerSession) * 5 * kMinuteNs, open / 100.0,
                        high / 100.0, low / 100.0, close / 100.0, static_cast<double>(random() % 100'000)});
    }
    return bars;
}

/// Features of several groups whose values are exact: the same from any start.
inline std::shared_ptr<const features::Plan> exact_plan() {
    return std::make_shared<const features::Plan>(std::vector<std::string>{"ret_log_5", "ret_volscaled_20", "kmid2"},
                                                  5 * kMinuteNs);
}

/// Every exact feature of one symbol that is warm within 100 bars of five minutes.
inline std::shared_ptr<const features::Plan> all_exact_plan() {
    std::vector<std::string> names;
    for (const features::FeatureInfo& feature : features::catalogue()) {
        const bool here = (feature.timeframes & features::timeframe_bit(5 * kMinuteNs)) != 0;
        if (here && !feature.needs_benchmark && feature.guarantee == features::Guarantee::exact &&
            features::warmup_bars(feature, 5 * kMinuteNs) <= 100) {
            names.emplace_back(feature.name);
        }
    }
    return std::make_shared<const features::Plan>(names, 5 * kMinuteNs);
}

/// Slices of several symbols in columns that an Engine reads.
class Market {
   public:
    Market(std::size_t symbols, std::size_t count) : symbols_(symbols) {
        for (std::size_t i = 0; i < symbols; ++i) {
            bars_.push_back(random_bars(i + 1, count));
        }
    }

    [[nodiscard]] std::size_t size() const { return bars_[0].size(); }
    [[nodiscard]] features::Bar& bar(std::size_t symbol, std::size_t t) { return bars_[symbol][t]; }

    /// Slice `t` with every symbol present; valid until the next call.
    [[nodiscard]] Slice slice(std::size_t t) {
        ohlcv_.clear();
        present_.assign(symbols_, 1);
        for (const auto& bars : bars_) {
            const features::Bar& bar = bars[t];
            ohlcv_.insert(ohlcv_.end(), {bar.open, bar.high, bar.low, bar.close, bar.volume});
        }
        const features::Bar& first = bars_[0][t];
        return {first.close_ns, first.session_open_ns, first.session_close_ns, ohlcv_.data(), present_.data()};
    }

    [[nodiscard]] std::vector<std::uint8_t>& present() { return present_; }

   private:
    std::size_t symbols_;
    std::vector<std::vector<features::Bar>> bars_;
    std::vector<double> ohlcv_;
    std::vector<std::uint8_t> present_;
};

/// What one slice gave, comparable to the bit.
struct Answer {
    std::vector<std::uint32_t> rows;
    std::vector<std::uint8_t> ready;
    std::vector<std::uint64_t> scores;
    bool operator==(const Answer&) const = default;
};

inline Answer answer(Engine& engine, const Slice& slice) {
    const std::size_t n = engine.symbol_count();
    std::vector<float> rows(n * engine.feature_count());
    std::vector<std::uint8_t> ready(n);
    std::vector<double> scores(n * engine.scorer_count());
    engine.on_slice(slice, {rows.data(), ready.data(), scores.data()});
    Answer found;
    found.ready = ready;
    for (const float cell : rows) {
        found.rows.push_back(std::bit_cast<std::uint32_t>(cell));
    }
    for (const double score : scores) {
        found.scores.push_back(std::bit_cast<std::uint64_t>(score));
    }
    return found;
}

inline Engine make_engine(std::size_t symbols, std::vector<Scorer> scorers = {}) {
    return Engine(exact_plan(), std::vector<features::Scale>(symbols, kScale), std::move(scorers), "test");
}

}  // namespace foxml::engine
