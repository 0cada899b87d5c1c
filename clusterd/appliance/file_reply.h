#pragma once

#include "clusterd/appliance/router.h"
#include "core/base/clock.h"

#include <filesystem>
#include <string_view>

namespace coracle::appliance {

/// Streams a file as the answer, in parts as the client reads them.
Task<Result<Reply>> sendFile(Call &call, std::filesystem::path file, std::string contentType);

/// The file of this name in the folder: a plain name with this ending, of a regular file that is there; else 404.
Result<std::filesystem::path> findFile(std::string_view kind, const std::filesystem::path &folder,
                                       const std::string &name, std::string_view ending);

/// The files with this ending in a folder, newest name first.
std::vector<std::filesystem::path> listFiles(const std::filesystem::path &folder, std::string_view ending);

/// "2026-11-21T203000Z" and the ending; with a number where that is taken.
std::string freeFileName(const std::filesystem::path &folder, WallTime time, std::string_view ending);

} // namespace coracle::appliance
