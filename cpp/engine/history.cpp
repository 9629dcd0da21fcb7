#include "engine/history.hpp"

#include <cstdint>
#include <span>
#include <string>

#include "core/errors.hpp"

namespace foxml::engine {

void History::push(const features::Bar& raw) noexcept {
    if (capacity_ == 0) {
        return;
    }
    const Entry entry{raw, 1.0, 1.0};
    if (entries_.size() < capacity_) {
        entries_.push_back(entry);
        return;
    }
    entries_[oldest_] = entry;
    oldest_ = oldest_ + 1 == capacity_ ? 0 : oldest_ + 1;
}

void History::adjust(double price_factor, double volume_factor) noexcept {
    for (Entry& entry : entries_) {
        entry.price_factor *= price_factor;
        entry.volume_factor *= volume_factor;
    }
}

const History::Entry& History::entry(std::size_t i) const noexcept {
    FOXML_ASSERT(i < entries_.size());
    const std::size_t at = oldest_ + i;
    return entries_[at < entries_.size() ? at : at - entries_.size()];
}

features::Bar History::adjusted(std::size_t i) const noexcept {
    const Entry& from = entry(i);
    features::Bar bar = from.raw;
    bar.open *= from.price_factor;
    bar.high *= from.price_factor;
    bar.low *= from.price_factor;
    bar.close *= from.price_factor;
    bar.volume *= from.volume_factor;
    return bar;
}

void History::save(ByteWriter& out) const {
    out.put(static_cast<std::uint64_t>(size()));
    for (std::size_t i = 0; i < size(); ++i) {
        const auto& [raw, price_factor, volume_factor] = entry(i);
        const std::int64_t times[] = {raw.close_ns, raw.session_open_ns, raw.session_close_ns};
        const double values[] = {raw.open,   raw.high,     raw.low,       raw.close,
                                 raw.volume, price_factor, volume_factor, raw.benchmark_ratio};
        out.put_all(std::span<const std::int64_t>(times));
        out.put_all(std::span<const double>(values));
    }
}

void History::load(ByteReader& in) {
    const auto count = in.get<std::uint64_t>();
    if (count > capacity_) {
        throw InvalidInput("a history of " + std::to_string(count) + " bars, expected at most " +
                           std::to_string(capacity_));
    }
    entries_.clear();
    oldest_ = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        std::int64_t times[3];
        double values[8];
        in.get_all(std::span<std::int64_t>(times));
        in.get_all(std::span<double>(values));
        const features::Bar raw{times[0],  times[1],  times[2],  values[0], values[1],
                                values[2], values[3], values[4], values[7]};
        entries_.push_back(Entry{raw, values[5], values[6]});
    }
}

}  // namespace foxml::engine
