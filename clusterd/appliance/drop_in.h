#pragma once

#include "core/config/config_file.h"

#include <filesystem>
#include <string>

namespace coracle::appliance {

/// The drop-in that this API writes, as it is on disk. Keys that somebody added by hand are kept; no file is no
/// entries.
Result<config::FileEntries> readDropIn(const std::filesystem::path &file);

enum class DropInSecrets { Kept, Masked };
/// As a file: "key: value" lines under a line that says whose file it is.
std::string dropInText(const config::FileEntries &entries, DropInSecrets secrets);

} // namespace coracle::appliance
