#include "features/session.hpp"

#include <algorithm>

namespace foxml::features {

void Session::begin(const IntegerBar& bar, std::int64_t interval_ns) noexcept {
    has_prior_ = seen_;
    prior_from_open_ = seen_ && from_open_;
    prior_close_ = last_close_;
    prior_high_ = high_;
    prior_low_ = low_;
    from_open_ = seen_ || bar.close_ns - interval_ns <= bar.session_open_ns;
    seen_ = true;
    open_ns_ = bar.session_open_ns;
    first_open_ = bar.open;
    high_ = bar.high;
    low_ = bar.low;
    volume_ = 0;
    typical_volume_ = 0;
}

void Session::update(const IntegerBar& bar, std::int64_t interval_ns) noexcept {
    if (!seen_ || bar.session_open_ns != open_ns_) {
        begin(bar, interval_ns);
    }
    high_ = std::max(high_, bar.high);
    low_ = std::min(low_, bar.low);
    last_close_ = bar.close;
    volume_ += bar.volume;
    typical_volume_ += product(bar.typical3(), bar.volume);
}

void Session::save(ByteWriter& writer) const {
    const auto flags = static_cast<std::uint8_t>(seen_ | from_open_ << 1 | has_prior_ << 2 | prior_from_open_ << 3);
    writer.put(flags);
    for (const std::int64_t value :
         {open_ns_, first_open_, high_, low_, last_close_, volume_, prior_close_, prior_high_, prior_low_}) {
        writer.put(value);
    }
    writer.put(static_cast<std::uint64_t>(typical_volume_));
    writer.put(static_cast<std::int64_t>(typical_volume_ >> 64));
}

void Session::load(ByteReader& reader) {
    const auto flags = reader.get<std::uint8_t>();
    seen_ = (flags & 1) != 0;
    from_open_ = (flags & 2) != 0;
    has_prior_ = (flags & 4) != 0;
    prior_from_open_ = (flags & 8) != 0;
    for (std::int64_t* const value :
         {&open_ns_, &first_open_, &high_, &low_, &last_close_, &volume_, &prior_close_, &prior_high_, &prior_low_}) {
        *value = reader.get<std::int64_t>();
    }
    const auto low_word = reader.get<std::uint64_t>();
    const auto high_word = static_cast<std::uint64_t>(reader.get<std::int64_t>());
    typical_volume_ = static_cast<Int128>(static_cast<UInt128>(high_word) << 64 | low_word);
}

}  // namespace foxml::features
