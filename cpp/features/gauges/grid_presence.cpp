#include "features/gauges/grid_presence.hpp"

#include <string>

#include "features/formulas.hpp"

namespace foxml::features {

void GridPresence::probe(const Probe& probe, const Params& params) {
    (void)probe.sum(Column::grid_steps, params.a - 1);
}

void GridPresence::update(const View& view) noexcept {
    present_ = present_ < places_ ? present_ + 1 : places_;
    while (present_ > 1 && view.sum(Column::grid_steps, present_ - 1) >= places_) {
        --present_;
    }
}

double GridPresence::value(int) const noexcept { return static_cast<double>(present_) / places_; }

void GridPresence::load(ByteReader& reader) {
    present_ = reader.get<int>();
    if (present_ < 0 || present_ > places_) {
        throw InvalidInput("snapshot holds " + std::to_string(present_) + " bars on " + std::to_string(places_) +
                           " places of the grid");
    }
}

}  // namespace foxml::features
