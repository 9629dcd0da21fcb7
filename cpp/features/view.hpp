#pragma once

#include <cstddef>
#include <cstdint>

#include "core/errors.hpp"
#include "features/operators.hpp"
#include "features/session.hpp"
#include "features/symbol_state.hpp"

namespace foxml::features {

/// What a formula may read: the operators of a symbol on one timeframe, its session, its higher timeframes.
///
/// Windows count bars and end `lag` bars before the last one. Prices are in grid units, volume in volume units,
/// logarithms at 2^-50. A Probe has the same names.
class View {
   public:
    View(const SymbolState& state, const Operators& operators) noexcept : state_(&state), operators_(&operators) {}
    /// Of one timeframe alone: no session, no higher timeframes.
    explicit View(const Operators& operators) noexcept : state_(nullptr), operators_(&operators) {}

    [[nodiscard]] const IntegerBar& bar() const noexcept { return operators_->bar(); }
    [[nodiscard]] const IntegerBar& previous() const noexcept { return operators_->previous(); }
    /// Of the last bar, counted from the start of the history.
    [[nodiscard]] std::int64_t index() const noexcept { return operators_->bars_seen() - 1; }
    [[nodiscard]] Scale scale() const noexcept { return operators_->scale(); }

    [[nodiscard]] std::int64_t sum(Column column, int window, int lag = 0) const noexcept {
        return operators_->prefix().sum(column, window, lag);
    }
    [[nodiscard]] Int128 sum(WideColumn column, int window, int lag = 0) const noexcept {
        return operators_->prefix().sum(column, window, lag);
    }
    [[nodiscard]] std::int64_t close(int lag) const noexcept { return sum(Column::close, 1, lag); }

    [[nodiscard]] std::int64_t high(int window, int lag = 0) const noexcept {
        return operators_->extrema().maximum(Extremum::high, window, lag);
    }
    [[nodiscard]] std::int64_t low(int window, int lag = 0) const noexcept {
        return -operators_->extrema().maximum(Extremum::low, window, lag);
    }
    [[nodiscard]] std::int64_t high_close(int window) const noexcept {
        return operators_->extrema().maximum(Extremum::high_close, window, 0);
    }
    [[nodiscard]] std::int64_t low_close(int window) const noexcept {
        return -operators_->extrema().maximum(Extremum::low_close, window, 0);
    }
    [[nodiscard]] std::int64_t since_high(int window) const noexcept {
        return operators_->extrema().bars_since(Extremum::high, window);
    }
    [[nodiscard]] std::int64_t since_low(int window) const noexcept {
        return operators_->extrema().bars_since(Extremum::low, window);
    }

    /// Exponential average, with TA-Lib's alpha of 2 / (length + 1).
    [[nodiscard]] double ema(const Source& source, int length, int lag = 0) const noexcept {
        return smoothed(Forgetting::ema, source, length, lag);
    }
    /// Wilder's average.
    [[nodiscard]] double rma(const Source& source, int length, int lag = 0) const noexcept {
        return smoothed(Forgetting::rma, source, length, lag);
    }
    /// Exponential decay that keeps `percent` of the old value at each bar.
    [[nodiscard]] double decayed(const Source& source, int percent, int lag = 0) const noexcept {
        return smoothed(Forgetting::decay, source, percent, lag);
    }

    /// A gauge's value; what `output` counts is the gauge's own.
    [[nodiscard]] double gauge(GaugeKind kind, const Params& params, int output = 0) const noexcept {
        return operators_->gauge({kind, params}).value(output);
    }

    /// The current session; invalid unless `from_open()`.
    [[nodiscard]] const Session& session() const noexcept { return state_->session_; }
    /// For the close of the session before; invalid unless `has_prior()`.
    [[nodiscard]] const Session& overnight() const noexcept { return state_->session_; }
    /// For the range of the session before; invalid unless `prior_from_open()`.
    [[nodiscard]] const Session& prior_session() const noexcept { return state_->session_; }

    /// A formula read on the last completed bar of a higher timeframe.
    template <typename Read>
    double higher(int minutes, Read read) const noexcept {
        std::size_t i = 0;
        while (state_->higher_[i].minutes() != minutes) {
            ++i;
        }
        return read(View(*state_, state_->higher_[i].operators()));
    }

   private:
    [[nodiscard]] double smoothed(Forgetting forgetting, const Source& source, int length, int lag) const noexcept {
        return operators_->smoothings().value({forgetting, source, static_cast<std::uint8_t>(length)}, lag);
    }

    const SymbolState* state_;
    const Operators* operators_;
};

}  // namespace foxml::features
