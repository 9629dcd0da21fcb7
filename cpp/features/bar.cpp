#include "features/bar.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/numerics.hpp"

namespace foxml::features {

namespace {

constexpr auto kUnitsLimit = static_cast<double>(kUnitsMax);

const char* price_refusal(const Bar& bar) noexcept {
    for (const double price : {bar.open, bar.high, bar.low, bar.close}) {
        if (!std::isfinite(price)) {
            return "a price is not finite";
        }
        if (price <= 0.0) {
            return "a price is not positive";
        }
    }
    if (bar.high < bar.low) {
        return "high is below low";
    }
    if (bar.high < std::max(bar.open, bar.close)) {
        return "high is below open or close";
    }
    if (bar.low > std::min(bar.open, bar.close)) {
        return "low is above open or close";
    }
    return nullptr;
}

}  // namespace

const char* refusal(const Bar& bar, const Scale& scale) noexcept {
    if (const char* reason = price_refusal(bar)) {
        return reason;
    }
    if (!std::isfinite(bar.volume)) {
        return "volume is not finite";
    }
    if (bar.volume < 0.0) {
        return "volume is negative";
    }
    // A product with a power of two is exact where a division would round: the same bars pass, in less time.
    if (!(bar.high < kUnitsLimit * scale.price_grid)) {
        return "a price is too large for the instrument's price grid";
    }
    if (!(2.0 * bar.low > scale.price_grid)) {
        return "a price rounds to zero on the instrument's price grid";
    }
    if (!(bar.volume < kUnitsLimit * scale.volume_unit)) {
        return "volume is too large for the instrument's volume unit";
    }
    if (!std::isfinite(bar.benchmark_ratio) || bar.benchmark_ratio < 0.0) {
        return "the benchmark's move is not a ratio of prices";
    }
    if (bar.session_open_ns < kTimeMinNs || bar.session_close_ns > kTimeMaxNs) {
        return "the session lies outside of the years 1897 to 2115";
    }
    if (bar.session_open_ns >= bar.session_close_ns) {
        return "the session closes before it opens";
    }
    if (bar.close_ns <= bar.session_open_ns || bar.close_ns > bar.session_close_ns) {
        return "the bar closes outside its session";
    }
    return nullptr;
}

IntegerBar to_integers(const Bar& bar, const Scale& scale) noexcept {
    std::array<double, 4> prices{bar.open, bar.high, bar.low, bar.close};
    for (double& price : prices) {  // two at a time
        price /= scale.price_grid;
    }
    return IntegerBar{bar.close_ns,
                      bar.session_open_ns,
                      bar.session_close_ns,
                      round_half_even(prices[0]),
                      round_half_even(prices[1]),
                      round_half_even(prices[2]),
                      round_half_even(prices[3]),
                      round_half_even(bar.volume / scale.volume_unit),
                      std::bit_cast<std::int64_t>(bar.benchmark_ratio)};
}

}  // namespace foxml::features
