#pragma once

#include "features/view.hpp"

namespace foxml::features {

/// Whether the last bar is the first one seen of its session.
[[nodiscard]] inline bool opens_session(const View& view) noexcept {
    return view.index() == 0 || view.bar().session_open_ns != view.previous().session_open_ns;
}

}  // namespace foxml::features
