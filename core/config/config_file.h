#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::config {

/// What one key of a configuration file holds.
struct FileEntry {
    std::vector<std::string> values;
    bool isList = false;
    bool appends = false;       ///< the key was written with a trailing '+'
    std::string origin;         ///< the file that it comes from; several joined by "and"
    std::filesystem::path file; ///< the last one of them
};

using FileEntries = std::map<std::string, FileEntry, std::less<>>;

/// The keys of one YAML text; origin is for messages. Values are scalars or lists of scalars; a null is no value.
Result<FileEntries> parseConfigText(std::string_view yaml, const std::string &origin);

/// Puts a later file over earlier ones: a key replaces the earlier one, with '+' it appends (single values are joined
/// by a comma).
void mergeEntries(FileEntries &onto, FileEntries later);

/// config.yaml and then config.yaml.d/*.yaml and *.yml in alphabetical order. A missing file is an error only when it
/// must be there, a missing folder never.
enum class MustExist { No, Yes };

/// Files that shall be read as if they held other texts (nothing: as if they were not there), to try a change out.
using FileOverlay = std::map<std::filesystem::path, std::optional<std::string>>;

struct ConfigFiles {
    FileEntries entries;
    std::vector<std::filesystem::path> files; ///< those that were read, in the order in which they count
};
Result<ConfigFiles> readConfigFiles(const std::filesystem::path &file, MustExist mustExist,
                                    const FileOverlay &overlay = {});

/// The folder of the drop-ins of a configuration file.
std::filesystem::path dropInFolder(const std::filesystem::path &file);

} // namespace coracle::config
