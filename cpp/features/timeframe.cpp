#include "features/timeframe.hpp"

#include <algorithm>

namespace foxml::features {

Timeframe::Timeframe(int minutes, const Layout& layout, std::int64_t interval_ns, const Scale& scale, Isa isa)
    : length_ns_(minutes * kMinuteNs),
      interval_ns_(interval_ns),
      operators_(layout, {minutes * kMinuteNs, scale}, isa) {}

void Timeframe::begin(const IntegerBar& bar, std::int64_t start_ns) noexcept {
    whole_ = seen_ || bar.close_ns - interval_ns_ <= start_ns;
    seen_ = true;
    open_ = true;
    start_ns_ = start_ns;
    bucket_ = bar;
    bucket_.benchmark_bits = 0;  // of the base interval alone
}

void Timeframe::complete() noexcept {
    if (open_ && whole_) {
        operators_.update(bucket_);
    }
    open_ = false;
}

bool Timeframe::update(const IntegerBar& bar) noexcept {
    const std::int64_t completed = operators_.bars_seen();
    const std::int64_t bucket = (bar.close_ns - bar.session_open_ns - 1) / length_ns_;
    const std::int64_t start_ns = bar.session_open_ns + bucket * length_ns_;
    if (open_ && start_ns == start_ns_) {
        bucket_.close_ns = bar.close_ns;
        bucket_.high = std::max(bucket_.high, bar.high);
        bucket_.low = std::min(bucket_.low, bar.low);
        bucket_.close = bar.close;
        bucket_.volume += bar.volume;
    } else {
        complete();
        begin(bar, start_ns);
    }
    if (bar.close_ns >= std::min(start_ns_ + length_ns_, bar.session_close_ns)) {
        complete();
    }
    return operators_.bars_seen() != completed;
}

void Timeframe::reset() noexcept {
    operators_.reset();
    seen_ = false;
    open_ = false;
    whole_ = false;
    start_ns_ = 0;
    bucket_ = IntegerBar{};
}

void Timeframe::save(ByteWriter& writer) const {
    writer.put(static_cast<std::uint8_t>(seen_ | open_ << 1 | whole_ << 2));
    writer.put(start_ns_);
    writer.put(bucket_);
    operators_.save(writer);
}

void Timeframe::load(ByteReader& reader) {
    const auto flags = reader.get<std::uint8_t>();
    seen_ = (flags & 1) != 0;
    open_ = (flags & 2) != 0;
    whole_ = (flags & 4) != 0;
    start_ns_ = reader.get<std::int64_t>();
    bucket_ = reader.get<IntegerBar>();
    operators_.load(reader);
}

}  // namespace foxml::features
