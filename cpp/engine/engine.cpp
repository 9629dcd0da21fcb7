#include "engine/engine.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "core/errors.hpp"
#include "engine/refused_bar.hpp"
#include "engine/snapshot.hpp"
#include "engine/stretches.hpp"

namespace foxml::engine {

namespace {

constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();
constexpr std::size_t kLanes = features::kBlockLanes;

bool all_present(const std::uint8_t* present) noexcept {
    return std::all_of(present, present + kLanes, [](std::uint8_t is) { return is != 0; });
}

/// Rows that a forest scores in one call.
constexpr std::size_t kRowsAtOnce = 64;

}  // namespace

Engine::Engine(std::shared_ptr<const features::Plan> plan, const std::vector<features::Scale>& scales,
               std::vector<Scorer> scorers, std::string_view identity, std::optional<std::size_t> benchmark)
    : plan_(std::move(plan)),
      scales_(scales),
      scorers_(std::move(scorers)),
      benchmark_(benchmark),
      identity_(identity_of(identity, scales_.size())),
      last_close_ns_(kBeforeAll) {
    if (benchmark_.value_or(0) >= scales_.size() && benchmark_) {
        throw InvalidInput("benchmark " + std::to_string(*benchmark_) + " is none of " +
                           std::to_string(scales_.size()) + " symbols");
    }
    if (plan_->needs_benchmark() && !benchmark_) {
        throw InvalidInput("the plan compares with a benchmark and none is given");
    }
    for (std::size_t i = 0; i < scorers_.size(); ++i) {
        const Scorer& scorer = scorers_[i];
        if (scorer.feature_count != feature_count()) {
            throw InvalidInput("forests[" + std::to_string(i) + "] takes " + std::to_string(scorer.feature_count) +
                               " features; the plan has " + std::to_string(feature_count()));
        }
        scratch_.resize(std::max(scratch_.size(), scorer.predictor->scratch_size()));
        outputs_.resize(std::max(outputs_.size(), kRowsAtOnce * scorer.output_count));
    }
    tracks_ = make_tracks();
}

Engine::Tracks Engine::make_tracks() const {
    const Isa isa = chosen_isa();  // a wrong FOXML_ISA is an error even where there is no block
    Tracks tracks;
    const std::size_t block_count = scales_.size() / kLanes;
    features::BlockPool pool(block_count * features::BlockRings::bytes_of(plan_->layout()));
    tracks.blocks.reserve(block_count);
    tracks.gates.reserve(block_count);
    tracks.all.reserve(scales_.size());
    for (std::size_t i = 0; i < scales_.size(); ++i) {
        if (i / kLanes >= block_count) {
            tracks.all.emplace_back(plan_, scales_[i]);
            continue;
        }
        if (i % kLanes == 0) {
            tracks.blocks.emplace_back(plan_, isa, pool);
            tracks.gates.emplace_back();
        }
        tracks.gates.back().set_scale(i % kLanes, scales_[i]);
        tracks.all.emplace_back(plan_, scales_[i], tracks.blocks.back().rings(), i % kLanes);
        tracks.blocks.back().hold(i % kLanes, tracks.all.back().state());
    }
    return tracks;
}

double Engine::benchmark_close_of(const Slice& slice) const noexcept {
    return benchmark_ && slice.present[*benchmark_] != 0 ? slice.ohlcv[*benchmark_ * 5 + 3] : 0.0;
}

Moment Engine::moment_of(const Slice& slice) const noexcept {
    return {slice.close_ns, slice.session_open_ns, slice.session_close_ns, benchmark_close_of(slice)};
}

features::Bar Engine::bar_of(const Slice& slice, std::size_t symbol) const noexcept {
    const double* row = slice.ohlcv + symbol * 5;
    features::Bar bar;
    bar.close_ns = slice.close_ns;
    bar.session_open_ns = slice.session_open_ns;
    bar.session_close_ns = slice.session_close_ns;
    bar.open = row[0];
    bar.high = row[1];
    bar.low = row[2];
    bar.close = row[3];
    bar.volume = row[4];
    return tracks_.all[symbol].beside_benchmark(bar, benchmark_close_of(slice));
}

void Engine::check(const Slice& slice) const {
    if (slice.close_ns <= last_close_ns_) {
        throw RefusedBar(-1, slice.close_ns, "does not come after the slice before it");
    }
    const Moment moment = moment_of(slice);
    for (std::size_t b = 0; b < tracks_.gates.size(); ++b) {
        const Gate& gate = tracks_.gates[b];
        const std::size_t first = b * kLanes;
        if (!(all_present(slice.present + first) && gate.follows(moment) && gate.passes(slice.ohlcv + first * 5))) {
            check(slice, first, kLanes);
        }
    }
    const std::size_t rest = tracks_.gates.size() * kLanes;
    check(slice, rest, tracks_.all.size() - rest);
}

void Engine::check(const Slice& slice, std::size_t first, std::size_t count) const {
    for (std::size_t i = first; i < first + count; ++i) {
        if (slice.present[i] == 0) {
            continue;
        }
        if (const char* reason = tracks_.all[i].refusal(bar_of(slice, i))) {
            throw RefusedBar(static_cast<std::ptrdiff_t>(i), slice.close_ns, reason);
        }
    }
}

void Engine::on_slice(const Slice& slice, const SliceResult& result) {
    check(slice);
    for (std::size_t b = 0; b < tracks_.blocks.size(); ++b) {
        if (b + 1 < tracks_.blocks.size()) {
            tracks_.blocks[b + 1].prefetch();
        }
        update_block(slice, b);
        note_ready(slice, b * kLanes, kLanes, result);
        write_block(tracks_.blocks[b], b * kLanes, result);  // while its memory is near
    }
    const std::size_t rest = tracks_.blocks.size() * kLanes;
    for (std::size_t i = rest; i < tracks_.all.size(); ++i) {
        update(slice, i);
    }
    note_ready(slice, rest, tracks_.all.size() - rest, result);
    for (std::size_t i = rest; i < tracks_.all.size(); ++i) {
        write_row(i, result);
    }
    for (std::size_t m = 0; m < scorers_.size(); ++m) {
        write_scores(m, result);
    }
    last_close_ns_ = slice.close_ns;
}

void Engine::update(const Slice& slice, std::size_t symbol) noexcept {
    if (slice.present[symbol] != 0) {
        tracks_.all[symbol].update(bar_of(slice, symbol), benchmark_close_of(slice));
    }
}

void Engine::update_block(const Slice& slice, std::size_t block) {
    const std::size_t first = block * kLanes;
    if (!all_present(slice.present + first)) {
        tracks_.gates[block].shut();
        for (std::size_t i = first; i < first + kLanes; ++i) {
            update(slice, i);
        }
        return;
    }
    std::array<features::Bar, kLanes> bars;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        bars[lane] = bar_of(slice, first + lane);
    }
    tracks_.blocks[block].update(bars);
    std::array<const features::SymbolState*, kLanes> states;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        Track& track = tracks_.all[first + lane];
        track.follow(bars[lane], benchmark_close_of(slice));
        states[lane] = &track.state();
    }
    tracks_.gates[block].note(moment_of(slice), states);
}

void Engine::note_ready(const Slice& slice, std::size_t first, std::size_t count, const SliceResult& result) noexcept {
    for (std::size_t i = first; i < first + count; ++i) {
        result.ready[i] = slice.present[i] != 0 && tracks_.all[i].ready() ? 1 : 0;
    }
}

void Engine::write_block(const features::Block& block, std::size_t first, const SliceResult& result) {
    const std::uint8_t* const ready = result.ready + first;
    if (std::all_of(ready, ready + kLanes, [](std::uint8_t is) { return is != 0; })) {
        block.write_rows(result.rows + first * feature_count(), feature_count());
        return;
    }
    for (std::size_t i = first; i < first + kLanes; ++i) {
        write_row(i, result);
    }
}

void Engine::write_row(std::size_t symbol, const SliceResult& result) noexcept {
    float* const row = result.rows + symbol * feature_count();
    if (result.ready[symbol] == 0) {
        std::fill_n(row, feature_count(), std::numeric_limits<float>::quiet_NaN());
    } else {
        tracks_.all[symbol].write_row(row);
    }
}

void Engine::write_scores(std::size_t scorer, const SliceResult& result) noexcept {
    const Scorer& by = scorers_[scorer];
    const auto score_of = [&](std::size_t symbol) -> double& {
        return result.scores[symbol * scorers_.size() + scorer];
    };
    std::size_t i = 0;
    while (i < tracks_.all.size()) {
        if (result.ready[i] == 0) {
            score_of(i++) = std::numeric_limits<double>::quiet_NaN();
            continue;
        }
        std::size_t count = 1;
        while (count < kRowsAtOnce && i + count < tracks_.all.size() && result.ready[i + count] != 0) {
            ++count;
        }
        by.predictor->predict_batch(result.rows + i * feature_count(), count, scratch_.data(), outputs_.data());
        for (std::size_t k = 0; k < count; ++k) {
            score_of(i + k) = outputs_[k * by.output_count];
        }
        i += count;
    }
}

void Engine::check_symbol(std::size_t symbol) const {
    if (symbol >= tracks_.all.size()) {
        throw InvalidInput("symbol " + std::to_string(symbol) + " does not exist; the engine has " +
                           std::to_string(tracks_.all.size()));
    }
}

void Engine::shut_gate(std::size_t symbol) noexcept {
    if (symbol / kLanes < tracks_.gates.size()) {
        tracks_.gates[symbol / kLanes].shut();
    }
}

void Engine::adjust(std::size_t symbol, double price_factor, double volume_factor) {
    check_symbol(symbol);
    tracks_.all[symbol].adjust(price_factor, volume_factor);
    shut_gate(symbol);
    if (symbol == benchmark_) {
        for (std::size_t i = 0; i < tracks_.all.size(); ++i) {
            tracks_.all[i].adjust_benchmark(price_factor);
            shut_gate(i);
        }
    }
}

void Engine::extend(std::size_t symbol, const BarColumns& bars, const std::vector<Adjustment>& adjustments,
                    float* values, std::uint8_t* ready) {
    check_symbol(symbol);
    if (symbol == benchmark_ && tracks_.all.size() > 1) {
        throw InvalidInput("symbol " + std::to_string(symbol) + " is the benchmark of others and goes on with them");
    }
    Feed feed(bars, adjustments);
    // A copy takes the bars in, so that one refused leaves nothing behind.
    ByteWriter state;
    tracks_.all[symbol].save(state);
    Track track(plan_, scales_[symbol]);
    ByteReader in(state.bytes());
    track.load(in);
    Stretches(plan_, true).run(feed, track, values, ready);
    tracks_.all[symbol] = std::move(track);
    shut_gate(symbol);
    if (bars.count > 0) {
        last_close_ns_ = std::max(last_close_ns_, bars.close_ns[bars.count - 1]);
    }
}

std::string Engine::snapshot() const {
    ByteWriter out;
    out.put(last_close_ns_);
    for (const Track& track : tracks_.all) {
        track.save(out);
    }
    return sealed(out, identity_);
}

void Engine::restore(std::string_view bytes) {
    ByteReader in = unsealed(bytes, identity_);
    const auto last_close_ns = in.get<std::int64_t>();
    Tracks tracks = make_tracks();
    for (Track& track : tracks.all) {
        track.load(in);
    }
    if (in.remaining() != 0) {
        throw InvalidInput("snapshot: " + std::to_string(in.remaining()) + " bytes too many");
    }
    tracks_ = std::move(tracks);
    last_close_ns_ = last_close_ns;
}

}  // namespace foxml::engine
