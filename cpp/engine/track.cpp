#include "engine/track.hpp"

#include <charconv>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>

#include "core/errors.hpp"

namespace foxml::engine {

namespace {

/// The shortest text that reads back as the same number.
std::string text_of(double value) {
    char buffer[32];
    const auto end = std::to_chars(std::begin(buffer), std::end(buffer), value).ptr;
    return std::string(std::begin(buffer), end);
}

void check_factor(const char* name, double factor) {
    if (!(std::isfinite(factor) && factor > 0.0)) {
        throw InvalidInput(std::string(name) + " must be positive and finite, found " + text_of(factor));
    }
}

}  // namespace

Track::Track(std::shared_ptr<const features::Plan> plan, features::Scale scale)
    : plan_(std::move(plan)),
      scale_(scale),
      state_(plan_, scale_),
      history_(static_cast<std::size_t>(plan_->history_bars())) {}

Track::Track(std::shared_ptr<const features::Plan> plan, features::Scale scale, const features::BlockRings& rings,
             std::size_t lane)
    : plan_(std::move(plan)),
      scale_(scale),
      state_(plan_, scale_, rings, lane),
      history_(static_cast<std::size_t>(plan_->history_bars())) {}

features::Bar Track::beside_benchmark(features::Bar bar, double close) const noexcept {
    bar.benchmark_ratio = benchmark_ratio(close);
    return bar;
}

void Track::update(const features::Bar& bar, double benchmark_close) noexcept {
    state_.update(bar);
    follow(bar, benchmark_close);
}

void Track::follow(const features::Bar& bar, double benchmark_close) noexcept {
    history_.push(bar);
    benchmark_close_ = benchmark_close > 0.0 ? benchmark_close : 0.0;
}

void Track::adjust_benchmark(double price_factor) {
    check_factor("price_factor", price_factor);
    benchmark_close_ *= price_factor;
}

void Track::adjust(double price_factor, double volume_factor) {
    check_factor("price_factor", price_factor);
    check_factor("volume_factor", volume_factor);
    History history = history_;
    history.adjust(price_factor, volume_factor);
    features::SymbolState state(plan_, scale_);
    for (std::size_t i = 0; i < history.size(); ++i) {
        const features::Bar bar = history.adjusted(i);
        if (const char* reason = state.refusal(bar)) {
            throw InvalidInput("bar " + std::to_string(history.size() - i) + " before the action, adjusted by " +
                               text_of(price_factor) + " and " + text_of(volume_factor) + ": " + reason);
        }
        state.update(bar);
    }
    state_ = std::move(state);
    history_ = std::move(history);
}

void Track::save(ByteWriter& out) const {
    state_.save(out);
    history_.save(out);
    out.put(benchmark_close_);
}

void Track::load(ByteReader& in) {
    state_.load(in);
    history_.load(in);
    benchmark_close_ = in.get<double>();
    if (!(benchmark_close_ >= 0.0) || !std::isfinite(benchmark_close_)) {
        throw InvalidInput("snapshot holds a close of the benchmark that is not a price");
    }
}

}  // namespace foxml::engine
