#include "engine/stretches.hpp"

#include <algorithm>
#include <limits>
#include <new>

#include "core/isa.hpp"

namespace foxml::engine {

namespace {

/// Cells of a matrix that is too large for the caches.
constexpr std::size_t kStreamedMin = std::size_t{2} << 20;

}  // namespace

Stretches::Stretches(const std::shared_ptr<const features::Plan>& plan, bool goes_on) : plan_(plan), goes_on_(goes_on) {
    if (chosen_isa() != Isa::scalar) {
        tape_.emplace(plan, chosen_isa());
    }
}

void Stretches::run(Feed& feed, Track& track, float* values, std::uint8_t* ready) {
    bool on_tape = false;
    for (std::size_t t = 0; t < feed.size();) {
        if (!goes_on_ && !feed.adjusts_again()) {
            track.forget_past();
        }
        on_tape = !feed.adjust(t, track) && on_tape;
        const std::size_t end = feed.next_adjusted();
        for (; t < end && !on_tape; ++t) {
            if (tape_ && tape_->can_begin(track.state())) {
                tape_->begin(track.state());
                on_tape = true;
                break;
            }
            run_alone(feed, track, t, values, ready);
        }
        while (t < end) {
            t = run_together(feed, track, t, end, values, ready);
        }
    }
}

void Stretches::run_alone(Feed& feed, Track& track, std::size_t t, float* values, std::uint8_t* ready) const {
    feed.take(t, track);
    const std::size_t width = plan_->feature_count();
    write_row_of(track, width, values + t * width, ready[t]);
}

std::size_t Stretches::run_together(const Feed& feed, Track& track, std::size_t first, std::size_t end, float* values,
                                    std::uint8_t* ready) {
    const std::size_t count = std::min(end - first, features::Tape::kBars);
    const auto cold = static_cast<std::size_t>(std::clamp<std::int64_t>(
        plan_->warmup_bars() - track.state().bars_seen(), 0, static_cast<std::int64_t>(count)));
    gather(feed, track, first, tape_->room().first(count));
    const std::size_t left = end - first - count;
    const std::size_t whole = goes_on_ ? tape_->rows_kept() - std::min(tape_->rows_kept(), left) : 0;
    tape_->take(track.state(), count, whole);
    const std::size_t width = plan_->feature_count();
    float* const rows = values + first * width;
    std::fill_n(rows, cold * width, std::numeric_limits<float>::quiet_NaN());
    std::fill_n(ready + first, cold, std::uint8_t{0});
    std::fill_n(ready + first + cold, count - cold, std::uint8_t{1});
    if (cold < count) {
        tape_->write_rows(cold, count - cold, rows + cold * width, feed.size() * width >= kStreamedMin);
    }
    return first + count;
}

void Stretches::gather(const Feed& feed, Track& track, std::size_t first, std::span<features::IntegerBar> bars) {
    const features::Scale scale = track.state().scale();
    const features::IntegerBar* last = &track.state().operators().bar();
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const features::Bar bar = feed.bar(first + i, track);
        if (const char* reason = features::refusal(bar, *last, scale)) {
            Feed::refuse(first + i, bar, reason);
        }
        ::new (&bars[i]) features::IntegerBar(features::to_integers(bar, scale));  // made in place: a copy takes longer
        last = &bars[i];
        track.follow(bar, feed.benchmark_close(first + i));
    }
}

}  // namespace foxml::engine
