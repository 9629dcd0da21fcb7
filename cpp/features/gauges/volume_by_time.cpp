#include "features/gauges/volume_by_time.hpp"

#include <algorithm>
#include <string>

#include "features/formulas.hpp"
#include "features/gauges/session_start.hpp"

namespace foxml::features {

namespace {

constexpr std::int64_t kSecondNs = kMinuteNs / 60;

}  // namespace

VolumeByTime::VolumeByTime(const Params& params, const GaugeContext& context)
    : interval_ns_(context.interval_ns),
      slots_(static_cast<std::size_t>(session_bars(context.interval_ns))),
      sessions_(static_cast<std::size_t>(params.a) + 1),
      volume_((slots_ + 1) * sessions_),
      closed_((slots_ + 1) * sessions_) {}

void VolumeByTime::probe(const Probe& probe, const Params& params) {
    (void)probe.previous();
    // The worst start is the second bar of a session, the rest of which does not count.
    const std::int64_t bars = session_bars(probe.interval_ns());
    probe.warm(bars - 1 + params.a * bars);
}

void VolumeByTime::begin(bool from_open) noexcept {
    if (from_open_) {
        fill(slots_);
        current_ = current_ + 1 < sessions_ ? current_ + 1 : 0;
        complete_ = std::min(complete_ + 1, sessions_ - 1);
    }
    from_open_ = from_open;
    slot_ = 0;
}

/// Up to `slot`, nothing more has traded.
void VolumeByTime::fill(std::size_t slot) noexcept {
    const std::int64_t so_far = volume_[at({slot_, current_})];
    while (slot_ < slot) {
        ++slot_;
        volume_[at({slot_, current_})] = so_far;
        closed_[at({slot_, current_})] = 0;
    }
}

void VolumeByTime::update(const View& view) noexcept {
    const IntegerBar& bar = view.bar();
    if (opens_session(view)) {
        begin(view.index() > 0 || bar.close_ns - interval_ns_ <= bar.session_open_ns);
    }
    const std::int64_t elapsed_ns = bar.close_ns - bar.session_open_ns;
    const auto before = static_cast<std::size_t>((elapsed_ns - 1) / interval_ns_);  // slots that are over
    late_ = before >= slots_;
    if (late_) {
        return;
    }
    fill(before + 1);
    const std::int64_t into_ns = elapsed_ns - static_cast<std::int64_t>(before) * interval_ns_;
    volume_[at({slot_, current_})] += bar.volume;
    closed_[at({slot_, current_})] = static_cast<std::uint16_t>((into_ns + kSecondNs - 1) / kSecondNs);
}

double VolumeByTime::value(int) const noexcept {
    if (complete_ + 1 < sessions_ || slot_ == 0 || late_) {
        return kNaN;
    }
    const std::int64_t* const now = &volume_[at({slot_, 0})];
    const std::int64_t* const before = now - sessions_;
    const std::uint16_t* const closed = &closed_[at({slot_, 0})];
    std::int64_t total = 0;
    for (std::size_t session = 0; session < sessions_; ++session) {
        total += closed[session] <= closed[current_] ? now[session] : before[session];
    }
    const std::int64_t volume = now[current_];
    const auto sessions = static_cast<std::int64_t>(sessions_ - 1);
    return volume > 0 ? log(ratio(sessions * volume, total - volume)) : kNaN;
}

void VolumeByTime::reset() noexcept {
    current_ = 0;
    complete_ = 0;
    slot_ = 0;
    from_open_ = false;
    late_ = false;
}

void VolumeByTime::save_session(ByteWriter& writer, std::size_t session, std::size_t slots) const {
    for (std::size_t slot = 1; slot <= slots; ++slot) {
        writer.put(volume_[at({slot, session})]);
        writer.put(closed_[at({slot, session})]);
    }
}

void VolumeByTime::load_session(ByteReader& reader, std::size_t session, std::size_t slots) {
    std::int64_t so_far = 0;
    for (std::size_t slot = 1; slot <= slots; ++slot) {
        const auto volume = reader.get<std::int64_t>();
        const auto closed = reader.get<std::uint16_t>();
        const std::int64_t most = static_cast<std::int64_t>(slots_) * kUnitsMax;
        if (volume < so_far || volume > most || closed * kSecondNs > interval_ns_) {
            throw InvalidInput("snapshot holds volumes of a session that cannot be such");
        }
        volume_[at({slot, session})] = so_far = volume;
        closed_[at({slot, session})] = closed;
    }
}

// From the oldest session to the current one: the bytes say nothing of where the ring began.

void VolumeByTime::save(ByteWriter& writer) const {
    writer.put(static_cast<std::uint8_t>(from_open_ | late_ << 1));
    writer.put(static_cast<std::uint64_t>(complete_));
    writer.put(static_cast<std::uint64_t>(slot_));
    for (std::size_t ago = complete_; ago > 0; --ago) {
        save_session(writer, (current_ + sessions_ - ago) % sessions_, slots_);
    }
    save_session(writer, current_, slot_);
}

void VolumeByTime::load(ByteReader& reader) {
    const auto flags = reader.get<std::uint8_t>();
    from_open_ = (flags & 1) != 0;
    late_ = (flags & 2) != 0;
    const auto complete = reader.get<std::uint64_t>();
    const auto slot = reader.get<std::uint64_t>();
    if (complete >= sessions_ || slot > slots_) {
        throw InvalidInput("snapshot holds " + std::to_string(complete) + " sessions of " +
                           std::to_string(sessions_ - 1) + " and " + std::to_string(slot) + " slots of " +
                           std::to_string(slots_));
    }
    complete_ = complete;
    current_ = complete;
    slot_ = slot;
    for (std::size_t session = 0; session < complete_; ++session) {
        load_session(reader, session, slots_);
    }
    load_session(reader, current_, slot_);
}

std::size_t VolumeByTime::bytes() const noexcept {
    return sizeof(*this) + volume_.size() * sizeof(volume_[0]) + closed_.size() * sizeof(closed_[0]);
}

}  // namespace foxml::features
