#include "engine_run.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "core/errors.hpp"
#include "engine/snapshot.hpp"
#include "spoilt_bars.hpp"

namespace foxml::fuzz {

namespace {

constexpr std::string_view kIdentity = "fuzz";
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void must(bool holds, const char* what) {
    if (!holds) {
        throw Broken(what);
    }
}

/// Whether `act` throws InvalidInput. Then the engine's state must be the one before.
template <typename Act>
bool refuses(const engine::Engine& engine, const char* what, Act act) {
    const std::string before = engine.snapshot();
    try {
        act();
    } catch (const InvalidInput&) {
        if (engine.snapshot() != before) {
            throw Broken(std::string(what).append(" was refused and changed the state"));
        }
        return true;
    }
    return false;
}

std::int64_t drawn_start(Choices& choices) {
    constexpr std::int64_t kOpenNs = 1'704'205'800'000'000'000;  // 2024-01-02 14:30 UTC
    switch (choices.below(16)) {
        case 0:
            return 0;
        case 1:
            return -kOpenNs;
        case 2:
            return features::kTimeMinNs;
        case 3:
            return features::kTimeMaxNs - 200 * 24 * 60 * features::kMinuteNs;
        default:
            return kOpenNs;
    }
}

}  // namespace

EngineRun::EngineRun(Choices& choices)
    : choices_(choices),
      terms_(drawn_terms(choices)),
      random_(choices.random()),
      engine_(make_engine()),
      calendar_(terms_.plan->interval_ns(), drawn_start(choices)),
      last_close_ns_(std::numeric_limits<std::int64_t>::min()),
      rows_(terms_.scales.size() * terms_.plan->feature_count()),
      ready_(terms_.scales.size()) {
    for (const features::Scale& scale : terms_.scales) {
        tracks_.emplace_back(terms_.plan, scale);
        tapes_.emplace_back(scale,
                            one_in(random_, 4) ? between(random_, 1, Tape::kMost) : between(random_, 1, 100'000));
        regimes_.push_back(Regime::usual);
    }
}

engine::Engine EngineRun::make_engine() const {
    return engine::Engine(terms_.plan, terms_.scales, {}, kIdentity, terms_.benchmark);
}

void EngineRun::warm_up() {
    absent_one_in_ = choices_.one_in(3) ? 50 : 0;
    const auto left = static_cast<std::size_t>(terms_.plan->warmup_bars()) + 20;
    for (std::size_t taken = 0; taken < left; taken += 60) {
        take_bars(60);
    }
}

void EngineRun::step() {
    switch (choices_.below(12)) {
        case 0:
        case 1:
            return refuse_bars();
        case 2:
            return refuse_times();
        case 3:
            return adjust();
        case 4:
            return extend();
        case 5:
        case 6:
            return restore();
        case 7:
            return damage();
        case 8:
            return forge();
        default:
            absent_one_in_ = choices_.one_in(2) ? 1 + choices_.below(40) : 0;
            return take_bars(1 + choices_.below(100));
    }
}

void EngineRun::take_bars(std::size_t count) {
    const bool alike = choices_.one_in(2);
    const auto common = static_cast<Regime>(choices_.below(static_cast<std::size_t>(Regime::count)));
    for (Regime& regime : regimes_) {
        regime = alike ? common : static_cast<Regime>(random_() % static_cast<std::uint64_t>(Regime::count));
    }
    Draft draft;
    for (std::size_t i = 0; i < count && draw(draft); ++i) {
        leave_out_refused(draft);
        must(give(draft), "a slice of good bars was refused");
    }
}

bool EngineRun::draw(Draft& draft) {
    if (!calendar_.advance(random_)) {
        return false;
    }
    draft.bars.clear();
    draft.present.clear();
    for (std::size_t i = 0; i < tapes_.size(); ++i) {
        draft.bars.push_back(tapes_[i].draw(random_, regimes_[i], calendar_));
        draft.present.push_back(absent_one_in_ != 0 && one_in(random_, absent_one_in_) ? 0 : 1);
    }
    return calendar_.close_ns > last_close_ns_;
}

double EngineRun::benchmark_close(const Draft& draft) const {
    return terms_.benchmark && draft.present[*terms_.benchmark] != 0 ? draft.bars[*terms_.benchmark].close : 0.0;
}

bool EngineRun::refused(const Draft& draft, std::size_t symbol) const {
    const engine::Track& track = tracks_[symbol];
    return track.refusal(track.beside_benchmark(draft.bars[symbol], benchmark_close(draft))) != nullptr;
}

bool EngineRun::refused(const Draft& draft) const {
    for (std::size_t i = 0; i < draft.bars.size(); ++i) {
        if (draft.present[i] != 0 && refused(draft, i)) {
            return true;
        }
    }
    return draft.bars[0].close_ns <= last_close_ns_;
}

void EngineRun::leave_out_refused(Draft& draft) {
    if (terms_.benchmark && refused(draft, *terms_.benchmark)) {
        draft.present[*terms_.benchmark] = 0;
    }
    for (std::size_t i = 0; i < draft.bars.size(); ++i) {
        draft.present[i] &= refused(draft, i) ? 0 : 1;
    }
}

engine::Slice EngineRun::slice_of(const Draft& draft, std::vector<double>& ohlcv) {
    for (const features::Bar& bar : draft.bars) {
        ohlcv.insert(ohlcv.end(), {bar.open, bar.high, bar.low, bar.close, bar.volume});
    }
    const features::Bar& at = draft.bars[0];
    return {at.close_ns, at.session_open_ns, at.session_close_ns, ohlcv.data(), draft.present.data()};
}

bool EngineRun::give(const Draft& draft) {
    std::vector<double> ohlcv;
    const engine::Slice slice = slice_of(draft, ohlcv);
    const engine::SliceResult result{rows_.data(), ready_.data(), nullptr};
    if (refused(draft)) {
        must(refuses(engine_, "a slice", [&] { engine_.on_slice(slice, result); }),
             "the engine took a bar that the symbol alone refuses");
        ++counts.refused_slices;
        return false;
    }
    engine_.on_slice(slice, result);
    follow(draft);
    compare(draft);
    return true;
}

void EngineRun::follow(const Draft& draft) {
    const double benchmark = benchmark_close(draft);
    for (std::size_t i = 0; i < tracks_.size(); ++i) {
        if (draft.present[i] != 0) {
            tracks_[i].update(tracks_[i].beside_benchmark(draft.bars[i], benchmark), benchmark);
            tapes_[i].took();
            ++counts.bars;
        }
    }
    last_close_ns_ = draft.bars[0].close_ns;
}

void EngineRun::compare(const Draft& draft) {
    for (std::size_t i = 0; i < tracks_.size(); ++i) {
        const bool expected = draft.present[i] != 0 && tracks_[i].ready();
        must((ready_[i] != 0) == expected, "a symbol is ready in the engine or alone, not both");
        if (expected) {
            compare_row(i);
        }
    }
}

std::string EngineRun::place_of(std::size_t column, std::size_t symbol) const {
    const features::Plan::Entry& entry = terms_.plan->entries()[column];
    const auto& [a, b, c, d] = entry.values;
    std::string place(entry.feature->name);
    for (const int value : {a, b, c, d}) {
        place.append(" ").append(std::to_string(value));
    }
    return place + " of symbol " + std::to_string(symbol) + " of " + std::to_string(tracks_.size());
}

void EngineRun::compare_row(std::size_t symbol) {
    const std::size_t width = terms_.plan->feature_count();
    float* const row = rows_.data() + symbol * width;
    std::vector<float> alone(width);
    std::vector<double> exact(width);
    tracks_[symbol].write_row(alone.data());
    tracks_[symbol].write_row(exact.data());
    if (canary && width > 0) {
        row[width - 1] = std::nextafter(row[width - 1], 0.0F) + 1.0F;
    }
    for (std::size_t i = 0; i < width; ++i) {
        const bool same = std::bit_cast<std::uint32_t>(row[i]) == std::bit_cast<std::uint32_t>(alone[i]);
        if (!same || std::isinf(row[i]) || std::isinf(exact[i])) {
            throw Broken(place_of(i, symbol) + ": " + std::to_string(row[i]) + " in the engine, " +
                         std::to_string(alone[i]) + " alone, as a double " + std::to_string(exact[i]) +
                         (same ? "; infinite" : "; expected the cell of the symbol alone"));
        }
        ++(std::isnan(row[i]) ? counts.undefined_cells : counts.finite_cells);
    }
    ++counts.ready_rows;
}

void EngineRun::refuse_bars() {
    Draft draft;
    if (!draw(draft)) {
        return;
    }
    leave_out_refused(draft);
    const std::size_t symbol = choices_.below(tapes_.size());
    draft.present[symbol] = 1;
    spoil(draft.bars[symbol], random_);
    must(!give(draft), "a spoilt bar was taken");
}

void EngineRun::refuse_times() {
    Draft draft;
    if (!draw(draft)) {
        return;
    }
    leave_out_refused(draft);
    features::Bar at = draft.bars[0];
    spoil_times(at, last_close_ns_, random_);
    for (features::Bar& bar : draft.bars) {
        bar.close_ns = at.close_ns;
        bar.session_open_ns = at.session_open_ns;
        bar.session_close_ns = at.session_close_ns;
    }
    if (give(draft)) {
        calendar_.close_ns = at.close_ns;
        calendar_.session_open_ns = at.session_open_ns;
        calendar_.session_close_ns = at.session_close_ns;
    }
}

void EngineRun::adjust() {
    constexpr double kFactors[] = {0.25, 0.5, 2.0, 1.0 / 3.0, 0.98, 1.0, 1.0, 1.0};
    constexpr double kRareFactors[] = {1e-9, 1e9, 0.0, -1.0, 5e-324, std::numeric_limits<double>::infinity(), kNaN};
    const auto factor = [this, &kFactors, &kRareFactors] {
        return choices_.one_in(5) ? kRareFactors[choices_.below(std::size(kRareFactors))]
                                  : kFactors[choices_.below(std::size(kFactors))];
    };
    const std::size_t symbol = choices_.below(tracks_.size());
    const double price = factor();
    const double volume = factor();
    if (refuses(engine_, "an adjustment", [&] { engine_.adjust(symbol, price, volume); })) {
        return;
    }
    ++counts.adjustments;
    tracks_[symbol].adjust(price, volume);
    tapes_[symbol].adjust(price);
    if (symbol == terms_.benchmark) {
        for (engine::Track& track : tracks_) {
            track.adjust_benchmark(price);
        }
    }
}

void EngineRun::extend() {
    const std::size_t symbol = choices_.below(tracks_.size());
    const std::size_t width = terms_.plan->feature_count();
    std::vector<float> values(width);
    std::uint8_t ready = 0;
    Draft draft;
    if (!draw(draft)) {
        return;
    }
    const features::Bar& bar = draft.bars[symbol];
    const double ohlcv[] = {bar.open, bar.high, bar.low, bar.close, bar.volume};
    const double benchmark = choices_.one_in(2) ? 0.0 : 100.0;
    const engine::BarColumns columns{1, &bar.close_ns, &bar.session_open_ns, &bar.session_close_ns, ohlcv, &benchmark};
    const features::Bar beside = tracks_[symbol].beside_benchmark(bar, benchmark);
    const bool expected =
        tracks_[symbol].refusal(beside) != nullptr || (symbol == terms_.benchmark && tracks_.size() > 1);
    must(refuses(engine_, "an extension", [&] { engine_.extend(symbol, columns, {}, values.data(), &ready); }) ==
             expected,
         "an extension was refused or taken, the bar alone not");
    if (expected) {
        return;
    }
    tracks_[symbol].update(beside, benchmark);
    tapes_[symbol].took();
    last_close_ns_ = bar.close_ns;
    must((ready != 0) == tracks_[symbol].ready(), "an extended symbol is ready or not, alone the other");
    if (ready != 0) {
        std::copy(values.begin(), values.end(), rows_.begin() + static_cast<std::ptrdiff_t>(symbol * width));
        compare_row(symbol);
    }
}

void EngineRun::restore() {
    const std::string bytes = engine_.snapshot();
    engine::Engine restored = make_engine();
    restored.restore(bytes);
    must(restored.snapshot() == bytes, "a restored engine has another snapshot");
    engine_ = std::move(restored);
    ++counts.restores;
}

void EngineRun::damage() {
    const std::string good = engine_.snapshot();
    std::string bad = good;
    switch (choices_.below(4)) {
        case 0:
            bad.resize(choices_.below(good.size()));
            break;
        case 1:
            bad.append(1 + choices_.below(20), static_cast<char>(choices_.word(1)));
            break;
        case 2: {
            const std::size_t first = choices_.below(good.size());
            bad.erase(first, 8);
            break;
        }
        default:
            bad[choices_.below(bad.size())] ^= static_cast<char>(1 << choices_.below(8));
    }
    must(bad == good || refuses(engine_, "a snapshot", [&] { engine_.restore(bad); }), "a damaged snapshot was taken");
    ++counts.damaged_snapshots;
}

void EngineRun::forge() {
    // A state whose seal is whole and whose bytes are not: what reads it must keep within its bounds.
    const std::uint64_t identity = engine::identity_of(kIdentity, terms_.scales.size());
    const std::string sealed = engine_.snapshot();
    ByteReader in = engine::unsealed(sealed, identity);
    const auto bytes = in.take(in.remaining());
    std::vector<std::byte> state(bytes.begin(), bytes.end());
    for (std::size_t left = 1 + choices_.below(4); left > 0; --left) {
        state[choices_.below(state.size())] = static_cast<std::byte>(choices_.word(1));
    }
    if (choices_.one_in(4)) {
        state.resize(choices_.below(state.size()));
    }
    ByteWriter out;
    out.put_all(std::span<const std::byte>(state));
    engine::Engine other = make_engine();
    ++counts.forged_states;
    if (refuses(other, "a forged state", [&] { other.restore(engine::sealed(out, identity)); })) {
        return;
    }
    ++counts.forged_states_taken;
    go_on(other);
}

void EngineRun::go_on(engine::Engine& other) {
    // Its rows have no meaning: sums that no bars have may not even fit their words. What it keeps of bars and moments
    // it must have checked, and its own snapshot is one that it would take or refuse.
    (void)refuses(other, "an adjustment", [&] { other.adjust(choices_.below(tracks_.size()), 0.5, 2.0); });
    engine::Engine next = make_engine();
    (void)refuses(next, "a snapshot of a forged state", [&] { next.restore(other.snapshot()); });
}

}  // namespace foxml::fuzz
