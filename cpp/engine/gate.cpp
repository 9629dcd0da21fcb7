#include "engine/gate.hpp"

#include <cmath>

namespace foxml::engine {

void Gate::note(const Moment& moment, const std::array<const features::SymbolState*, kLanes>& states) noexcept {
    open_ = true;
    last_ = moment;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        close_[lane] = static_cast<double>(states[lane]->operators().bar().close) * price_grid_[lane];
    }
}

bool Gate::follows(const Moment& moment) const noexcept {
    const bool in_session = moment.session_open_ns >= features::kTimeMinNs &&
                            moment.session_close_ns <= features::kTimeMaxNs &&
                            moment.session_open_ns < moment.close_ns && moment.close_ns <= moment.session_close_ns;
    const bool session_follows = moment.session_open_ns == last_.session_open_ns
                                     ? moment.session_close_ns == last_.session_close_ns
                                     : moment.session_open_ns >= last_.session_close_ns;
    const bool benchmark_moved = moment.benchmark_close > 0.0 && last_.benchmark_close > 0.0;
    return open_ && in_session && session_follows && moment.close_ns > last_.close_ns &&
           (!benchmark_moved || std::isfinite(moment.benchmark_close / last_.benchmark_close));
}

bool Gate::passes(const double* ohlcv) const noexcept {
    constexpr auto kUnits = static_cast<double>(features::kUnitsMax);
    constexpr auto kMove = static_cast<double>(features::kMoveMax);
    bool all = true;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const double open = ohlcv[lane * 5];
        const double high = ohlcv[lane * 5 + 1];
        const double low = ohlcv[lane * 5 + 2];
        const double close = ohlcv[lane * 5 + 3];
        const double volume = ohlcv[lane * 5 + 4];
        const double before = close_[lane];
        // No short cuts: what is rarely false costs less than asking. What is not a number is below nothing.
        all &= static_cast<bool>(static_cast<int>(low <= open) & static_cast<int>(low <= close) &
                                 static_cast<int>(open <= high) & static_cast<int>(close <= high) &
                                 static_cast<int>(high < kUnits * price_grid_[lane]) &
                                 static_cast<int>(2.0 * low > price_grid_[lane]) & static_cast<int>(volume >= 0.0) &
                                 static_cast<int>(volume < kUnits * volume_unit_[lane]) &
                                 static_cast<int>(open <= before * kMove) & static_cast<int>(close <= before * kMove) &
                                 static_cast<int>(open * kMove >= before) & static_cast<int>(close * kMove >= before));
    }
    return all;
}

}  // namespace foxml::engine
