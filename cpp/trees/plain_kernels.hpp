#pragma once

#include <memory>

#include "trees/forest.hpp"
#include "trees/kernel.hpp"

namespace foxml::trees {

/// The plain walk, for every forest.
[[nodiscard]] std::unique_ptr<Kernel> make_reference(const Forest& forest);

/// Trees walked together without branches; null if the forest needs the plain walk.
[[nodiscard]] std::unique_ptr<Kernel> make_interleaved(const Forest& forest);

}  // namespace foxml::trees
