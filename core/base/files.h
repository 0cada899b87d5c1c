#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace coracle {

/// The whole file. A file over bytesMax is an error, so that a wrong path cannot fill the memory.
Result<std::string> readFile(const std::filesystem::path &path, size_t bytesMax = 16u << 20);

/// Replaces the file in one step: written beside it under a temporary name with this mode from the start, synced,
/// renamed over it, and the folder synced. After a power cut there is the old or the new content, never a part.
Result<> writeFileAtomic(const std::filesystem::path &path, std::string_view content, mode_t mode);

/// Makes the folder and its parents; the last one gets the mode when it is new.
Result<> makeFolder(const std::filesystem::path &path, mode_t mode = 0755);

} // namespace coracle
