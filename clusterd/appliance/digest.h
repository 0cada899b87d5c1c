#pragma once

#include "core/base/result.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace coracle::appliance {

/// SHA-256 of bytes that come in parts.
class Digest {
public:
    Digest();
    Digest(Digest &&) noexcept;
    ~Digest();

    void add(std::string_view bytes);
    /// Lower-case; once, at the end.
    std::string hex();

private:
    struct Context;
    std::unique_ptr<Context> m_context;
};

/// Of a file, read in parts. Blocks.
Result<std::string> fileDigest(const std::filesystem::path &file);

/// Copies a file to a new one, synced, and gives its digest. Ends early, with an error, when told so; a part is
/// removed. Blocks.
Result<std::string> copyFile(const std::filesystem::path &from, const std::filesystem::path &to, unsigned mode,
                             const std::atomic<bool> &ended);

} // namespace coracle::appliance
