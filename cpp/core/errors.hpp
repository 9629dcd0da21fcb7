#pragma once

#include <stdexcept>
#include <string>

namespace foxml {

/// Bad input from outside: a bar, a plan, a model file. Becomes `foxml.errors.*` in Python.
class InvalidInput : public std::invalid_argument {
   public:
    using std::invalid_argument::invalid_argument;
};

/// Aborts with the place and the condition: our own bug, never the user's. Active in every build type.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace foxml

#define FOXML_ASSERT(condition)                                        \
    do {                                                               \
        if (!(condition)) [[unlikely]] {                               \
            ::foxml::assertion_failed(#condition, __FILE__, __LINE__); \
        }                                                              \
    } while (false)

/// What a caller has promised, and has seen to itself just before: checked again where we look for our own bugs, in
/// debug and sanitized builds.
#if !defined(NDEBUG) || defined(__SANITIZE_ADDRESS__)
#define FOXML_ASSERT_OF_CALLER(condition) FOXML_ASSERT(condition)
#else
#define FOXML_ASSERT_OF_CALLER(condition) static_cast<void>(0)
#endif
