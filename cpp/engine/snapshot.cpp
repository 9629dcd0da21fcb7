#include "engine/snapshot.hpp"

#include <span>

#include "core/errors.hpp"
#include "engine/checksum.hpp"
#include "engine/kernel_version.hpp"

namespace foxml::engine {

namespace {

constexpr std::uint64_t kMagic = 0x54414c4d584f46ULL;  // "FOXMLAT" in the order of the bytes
constexpr std::uint64_t kFormat = 2;
constexpr std::size_t kHeaderBytes = 4 * sizeof(std::uint64_t);
constexpr std::size_t kFrameBytes = kHeaderBytes + sizeof(std::uint64_t);

using Bytes = std::span<const std::byte>;

std::uint64_t checksum_of(Bytes bytes) noexcept {
    Checksum sum;
    sum.add(bytes.data(), bytes.size());
    return sum.value();
}

void append(std::string& out, Bytes bytes) { out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size()); }

Bytes as_bytes(std::string_view text) noexcept { return std::as_bytes(std::span(text.data(), text.size())); }

[[noreturn]] void fail(const std::string& what) { throw InvalidInput("snapshot: " + what); }

}  // namespace

std::uint64_t identity_of(std::string_view words, std::size_t symbol_count) noexcept {
    Checksum sum;
    sum.add(kKernelVersion);
    sum.add(words);
    sum.add(std::uint64_t{symbol_count});
    return sum.value();
}

std::string sealed(const ByteWriter& state, std::uint64_t identity) {
    ByteWriter header;
    header.put(kMagic);
    header.put(kFormat);
    header.put(identity);
    header.put(std::uint64_t{state.bytes().size()});
    std::string out;
    out.reserve(kFrameBytes + state.bytes().size());
    append(out, header.bytes());
    append(out, state.bytes());
    ByteWriter checksum;
    checksum.put(checksum_of(as_bytes(out)));
    append(out, checksum.bytes());
    return out;
}

ByteReader unsealed(std::string_view bytes, std::uint64_t identity) {
    const Bytes all = as_bytes(bytes);
    if (all.size() < kFrameBytes) {
        fail("expected at least " + std::to_string(kFrameBytes) + " bytes, found " + std::to_string(all.size()));
    }
    ByteReader header(all.first(kHeaderBytes));
    if (header.get<std::uint64_t>() != kMagic) {
        fail("these bytes are not one");
    }
    if (const auto format = header.get<std::uint64_t>(); format != kFormat) {
        fail("found format " + std::to_string(format) + ", expected " + std::to_string(kFormat));
    }
    const auto found_identity = header.get<std::uint64_t>();
    const auto size = header.get<std::uint64_t>();
    if (size != all.size() - kFrameBytes) {
        fail("expected a state of " + std::to_string(size) + " bytes, found " +
             std::to_string(all.size() - kFrameBytes));
    }
    ByteReader checksum(all.last(sizeof(std::uint64_t)));
    if (checksum.get<std::uint64_t>() != checksum_of(all.first(all.size() - sizeof(std::uint64_t)))) {
        fail("damaged: its checksum does not fit");
    }
    if (found_identity != identity) {
        fail("of another plan, kernel or list of symbols");
    }
    return ByteReader(all.subspan(kHeaderBytes, static_cast<std::size_t>(size)));
}

}  // namespace foxml::engine
