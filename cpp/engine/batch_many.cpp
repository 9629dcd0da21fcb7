#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "core/errors.hpp"
#include "core/isa.hpp"
#include "engine/batch.hpp"
#include "engine/track.hpp"
#include "features/block.hpp"

namespace foxml::engine {

namespace {

constexpr std::size_t kLanes = features::kBlockLanes;
/// Fewer histories are quicker one after the other, each with its state in the near cache.
constexpr std::size_t kTogetherMin = 6;

/// One history, as far as it has been computed.
class Run {
   public:
    Run(const std::shared_ptr<const features::Plan>& plan, const BatchItem& item)
        : item_(item), width_(plan->feature_count()), feed_(item.bars, item.adjustments), track_(plan, item.scale) {}

    [[nodiscard]] std::size_t size() const noexcept { return feed_.size(); }
    [[nodiscard]] features::Scale scale() const noexcept { return item_.scale; }
    [[nodiscard]] Track& track() noexcept { return track_; }

    /// Goes on to before bar `end` by itself.
    void alone(std::size_t end) {
        for (; next_ < end; ++next_) {
            track_.update(bar(track_), benchmark_close());
            write_row_of(track_, width_, row(), ready());
        }
    }

    // For whoever holds the track elsewhere: the next bar, where its row goes, and on to the one after it.

    [[nodiscard]] features::Bar bar(Track& track) {
        if (!feed_.adjusts_again()) {
            track.forget_past();
        }
        return feed_.next(next_, track);
    }
    [[nodiscard]] double benchmark_close() const noexcept { return feed_.benchmark_close(next_); }
    [[nodiscard]] float* row() const noexcept { return item_.values + next_ * width_; }
    [[nodiscard]] std::uint8_t& ready() const noexcept { return item_.ready[next_]; }
    void advance() noexcept { ++next_; }

   private:
    const BatchItem& item_;
    std::size_t width_;
    Feed feed_;
    Track track_;
    std::size_t next_ = 0;
};

/// Histories that are all warm and have more bars, the longest first, in the lanes of a block until too few have bars
/// left:
///
///     lane 0  | | | | | | | | | |      every lane takes a bar of its own in each step
///     lane 1  | | | | | | | | |
///     ...                              a lane whose history has ended, or never had one, stands for lane 0: what is
///     lane 7  | | | | | . . . .        computed there is not looked at
class Lockstep {
   public:
    Lockstep(const std::shared_ptr<const features::Plan>& plan, std::deque<Run>& runs, std::size_t live)
        : width_(plan->feature_count()), runs_(runs), live_(live), block_(plan, chosen_isa()), rows_(kLanes * width_) {
        tracks_.reserve(live);
        for (std::size_t lane = 0; lane < live; ++lane) {
            tracks_.emplace_back(plan, runs[lane].scale(), block_.rings(), lane);
            tracks_[lane] = std::move(runs[lane].track());
        }
        hold();
        block_.align();
    }

    /// Goes on from bar `t` while enough histories have bars; those that have more then have their tracks back.
    void run(std::size_t t) {
        for (; live_ >= kTogetherMin; ++t) {
            take();
            write();
            while (live_ > 0 && runs_[live_ - 1].size() == t + 1) {
                --live_;
                hold();
            }
        }
        for (std::size_t lane = 0; lane < live_; ++lane) {
            runs_[lane].track() = std::move(tracks_[lane]);
        }
    }

   private:
    void hold() noexcept {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            block_.hold(lane, tracks_[lane < live_ ? lane : 0].state());
        }
    }

    void take() {
        std::array<features::Bar, kLanes> bars;
        for (std::size_t lane = 0; lane < live_; ++lane) {
            bars[lane] = runs_[lane].bar(tracks_[lane]);
        }
        if (!block_.aligned()) {  // a corporate action built one anew
            block_.align();
        }
        if (live_ == kLanes) {
            block_.update(bars);
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                tracks_[lane].follow(bars[lane], runs_[lane].benchmark_close());
            }
            return;
        }
        for (std::size_t lane = 0; lane < live_; ++lane) {
            tracks_[lane].update(bars[lane], runs_[lane].benchmark_close());
        }
    }

    void write() {
        block_.write_rows(rows_.data(), width_);
        for (std::size_t lane = 0; lane < live_; ++lane) {
            std::copy_n(rows_.data() + lane * width_, width_, runs_[lane].row());
            FOXML_ASSERT(tracks_[lane].ready());
            runs_[lane].ready() = 1;
            runs_[lane].advance();
        }
    }

    std::size_t width_;
    std::deque<Run>& runs_;
    std::size_t live_;
    features::Block block_;
    std::vector<Track> tracks_;
    std::vector<float> rows_;
};

/// With narrower instructions a state in the near cache is worth more than what eight share.
bool worth_it() { return chosen_isa() == Isa::avx512; }

/// Up to eight histories, the longest first.
void run_together(const std::shared_ptr<const features::Plan>& plan, const std::vector<const BatchItem*>& items) {
    const auto warmup = static_cast<std::size_t>(plan->warmup_bars());
    std::deque<Run> runs;
    std::size_t warm = 0;
    for (const BatchItem* const item : items) {
        Run& run = runs.emplace_back(plan, *item);
        run.alone(std::min(run.size(), warmup + 1));
        warm += run.size() > warmup + 1 ? 1 : 0;
    }
    if (warm >= kTogetherMin && worth_it()) {
        Lockstep(plan, runs, warm).run(warmup + 1);
    }
    for (Run& run : runs) {
        run.alone(run.size());
    }
}

}  // namespace

void run_batch_many(const std::shared_ptr<const features::Plan>& plan, const std::vector<BatchItem>& items) {
    std::vector<const BatchItem*> sorted(items.size());
    std::transform(items.begin(), items.end(), sorted.begin(), [](const BatchItem& item) { return &item; });
    // Lanes of like length end together; of equal ones the first comes first.
    std::sort(sorted.begin(), sorted.end(), [](const BatchItem* a, const BatchItem* b) {
        return a->bars.count != b->bars.count ? a->bars.count > b->bars.count : a < b;
    });
    for (std::size_t first = 0; first < sorted.size(); first += kLanes) {
        const auto begin = sorted.begin() + static_cast<std::ptrdiff_t>(first);
        const std::size_t count = std::min(kLanes, sorted.size() - first);
        run_together(plan, {begin, begin + static_cast<std::ptrdiff_t>(count)});
    }
}

}  // namespace foxml::engine
