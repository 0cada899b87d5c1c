#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::config {

/// What one key of a configuration file holds.
struct FileEntry {
    std::vector<std::string> values;
    bool isList = false;
    bool appends = false; ///< the key was written with a trailing '+'
    std::string origin;   ///< the file that it comes from
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
Result<FileEntries> readConfigFiles(const std::filesystem::path &file, MustExist mustExist);

} // namespace coracle::config
