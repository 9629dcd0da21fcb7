#include "features/symbol_state.hpp"

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/errors.hpp"
#include "features/view.hpp"

namespace foxml::features {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Scale checked(const Scale& scale) {
    if (!(scale.price_grid > 0.0) || !std::isfinite(scale.price_grid)) {
        throw InvalidInput("price_grid must be positive and finite");
    }
    if (!(scale.volume_unit > 0.0) || !std::isfinite(scale.volume_unit)) {
        throw InvalidInput("volume_unit must be positive and finite");
    }
    return scale;
}

WriteWindows writer_of(Isa isa) noexcept {
    switch (isa) {
        case Isa::avx512:
            return write_windows_avx512;
        case Isa::avx2:
            return write_windows_avx2;
        case Isa::scalar:
            return nullptr;
    }
    return nullptr;
}

/// A move that the products of returns have no room for.
const char* move_refusal(const Bar& bar, const IntegerBar& last, const Scale& scale) noexcept {
    const double before = static_cast<double>(last.close) * scale.price_grid;
    const auto too_far = [before](double price) {
        return price > before * static_cast<double>(kMoveMax) || price * static_cast<double>(kMoveMax) < before;
    };
    return too_far(bar.open) || too_far(bar.close) ? "the price moved by a factor of more than 4096: a split unknown?"
                                                   : nullptr;
}

}  // namespace

const char* refusal(const Bar& bar, const IntegerBar& last, const Scale& scale) noexcept {
    if (const char* reason = refusal(bar, scale)) {
        return reason;
    }
    if (bar.close_ns <= last.close_ns) {
        return "time does not go forward";
    }
    if (const char* reason = move_refusal(bar, last, scale)) {
        return reason;
    }
    if (bar.session_open_ns == last.session_open_ns) {
        return bar.session_close_ns == last.session_close_ns ? nullptr : "the session's close has changed";
    }
    return bar.session_open_ns >= last.session_close_ns ? nullptr : "the session overlaps the one before";
}

SymbolState::SymbolState(std::shared_ptr<const Plan> plan, Scale scale, Isa isa)
    : plan_(std::move(plan)),
      scale_(checked(scale)),
      isa_(isa),
      base_(plan_->layout(), {plan_->interval_ns(), scale_}, isa),
      since_{SinceMemory::kNothing, std::vector<WindowPlan::Numbers>(plan_->windows().since().size())},
      write_windows_(plan_->windows().groups().empty() ? nullptr : writer_of(isa)) {
    make_higher();
}

SymbolState::SymbolState(std::shared_ptr<const Plan> plan, Scale scale, const BlockRings& rings, std::size_t lane)
    : plan_(std::move(plan)),
      scale_(checked(scale)),
      isa_(chosen_isa()),
      base_(plan_->layout(), {plan_->interval_ns(), scale_}, rings, lane) {
    make_higher();
}

void SymbolState::make_higher() {
    const auto& higher = plan_->requirements().higher;
    for (std::size_t i = 0; i < higher.size(); ++i) {
        higher_.emplace_back(higher[i].minutes, plan_->higher_layouts()[i], plan_->interval_ns(), scale_, isa_);
    }
    kept_.assign(plan_->kept().size(), kNaN);
}

void SymbolState::keep_cells(const Timeframe& timeframe) noexcept {
    const auto kept = plan_->kept();
    const std::int64_t row = timeframe.operators().bars_seen() - 1;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (kept[i].minutes == timeframe.minutes() && row >= kept[i].warmup_bars) {
            const Plan::Entry& entry = plan_->entries()[kept[i].entry];
            kept_[i] = entry.feature->finish(view(), entry.values);
        }
    }
}

const char* SymbolState::refusal(const Bar& bar) const noexcept {
    return bars_seen() == 0 ? features::refusal(bar, scale_) : features::refusal(bar, base_.bar(), scale_);
}

void SymbolState::update(const Bar& bar) noexcept {
    FOXML_ASSERT_OF_CALLER(refusal(bar) == nullptr);
    const IntegerBar integers = to_integers(bar, scale_);
    base_.update(integers);
    update_others(integers);
}

void SymbolState::advance(const IntegerBar& bar, std::int64_t log_return) noexcept {
    base_.advance(bar, log_return);
    update_others(bar);
}

void SymbolState::update_others(const IntegerBar& bar) noexcept {
    session_.update(bar, plan_->interval_ns());
    for (Timeframe& timeframe : higher_) {
        if (timeframe.update(bar)) {
            keep_cells(timeframe);
        }
    }
}

View SymbolState::view() const noexcept { return {*this, base_}; }

double SymbolState::cell(const Plan::Entry& entry) const noexcept {
    return entry.kept == Plan::kNotKept ? entry.feature->finish(view(), entry.values) : kept_[entry.kept];
}

template <typename Value>
void SymbolState::write_cells(Value* out) const noexcept {
    if (write_windows_ != nullptr && base_.in_own_memory() && ready()) {
        if constexpr (std::is_same_v<Value, float>) {
            write_windows({out, nullptr});
        } else {
            write_windows({nullptr, out});
        }
        for (const std::size_t i : plan_->alone()) {
            out[i] = static_cast<Value>(cell(plan_->entries()[i]));
        }
        return;
    }
    const std::int64_t row = bars_seen() - 1;
    for (const Plan::Entry& entry : plan_->entries()) {
        const bool warm = row >= entry.warmup_bars;
        *out++ = static_cast<Value>(warm ? cell(entry) : kNaN);
    }
}

void SymbolState::write_windows(const RowPlaces& row) const noexcept {
    const WindowSource source{&plan_->layout(),
                              base_.prefix().words().data(),
                              base_.extrema().words().data(),
                              base_.smoothings().words().data(),
                              base_.place(),
                              base_.bars_seen() - 1,
                              &base_.bar(),
                              scale_,
                              &since_};
    write_windows_(source, plan_->windows(), row);
}

void SymbolState::write_row(float* out) const noexcept { write_cells(out); }
void SymbolState::write_row(double* out) const noexcept { write_cells(out); }

void SymbolState::reset() {
    base_.reset();
    since_.place = SinceMemory::kNothing;
    session_ = Session{};
    for (Timeframe& timeframe : higher_) {
        timeframe.reset();
    }
    kept_.assign(kept_.size(), kNaN);
}

void SymbolState::save(ByteWriter& writer) const {
    base_.save(writer);
    session_.save(writer);
    for (const Timeframe& timeframe : higher_) {
        timeframe.save(writer);
    }
}

void SymbolState::load(ByteReader& reader) {
    SymbolState loaded(plan_, scale_, isa_);
    loaded.write_windows_ = write_windows_;
    loaded.base_.load(reader);
    loaded.session_.load(reader);
    for (Timeframe& timeframe : loaded.higher_) {
        timeframe.load(reader);
        loaded.keep_cells(timeframe);
    }
    *this = std::move(loaded);
}

std::size_t SymbolState::state_bytes() const noexcept {
    std::size_t bytes = sizeof(*this) - sizeof(Operators) + base_.bytes() + kept_.size() * sizeof(double);
    for (const Timeframe& timeframe : higher_) {
        bytes += timeframe.bytes();
    }
    return bytes;
}

}  // namespace foxml::features
