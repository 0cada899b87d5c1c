#include "core/config/config_file.h"

#include "core/base/files.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <yaml-cpp/yaml.h>

namespace coracle::config {

namespace fs = std::filesystem;

namespace {

constexpr size_t kFileBytesMax = 1u << 20;

Failure wrong(const std::string &origin, const YAML::Mark &mark, std::string_view what) {
    if (mark.is_null())
        return errors::other(fmt::format("{}: {}", origin, what));
    return errors::other(fmt::format("{}, line {}: {}", origin, mark.line + 1, what));
}

Result<> readEntry(const std::string &key, const YAML::Node &node, FileEntry &entry) {
    auto notScalar = [&](const YAML::Node &where) {
        return wrong(entry.origin, where.Mark(), fmt::format("\"{}\" must be a value or a list of values", key));
    };
    entry.isList = node.IsSequence();
    if (!entry.isList && !node.IsScalar())
        return notScalar(node);
    if (!entry.isList) {
        entry.values.push_back(node.Scalar());
        return {};
    }
    for (const YAML::Node &item : node) {
        if (!item.IsScalar())
            return notScalar(item);
        entry.values.push_back(item.Scalar());
    }
    return {};
}

Result<FileEntries> readDocument(const YAML::Node &document, const std::string &origin) {
    FileEntries entries;
    if (!document.IsDefined() || document.IsNull())
        return entries;
    if (!document.IsMap())
        return wrong(origin, document.Mark(), "the file must hold \"key: value\" lines");
    for (const auto &member : document) {
        if (!member.first.IsScalar())
            return wrong(origin, member.first.Mark(), "a key must be a word");
        std::string key = member.first.Scalar();
        if (member.second.IsNull())
            continue;
        FileEntry entry{.appends = key.size() > 1 && key.ends_with('+'), .origin = origin};
        if (entry.appends)
            key.pop_back();
        CHECK(readEntry(key, member.second, entry));
        if (!entries.emplace(key, std::move(entry)).second)
            return wrong(origin, member.first.Mark(), fmt::format("\"{}\" is given twice", key));
    }
    return entries;
}

bool isDropIn(const fs::directory_entry &entry) {
    const fs::path extension = entry.path().extension();
    std::error_code error;
    return (extension == ".yaml" || extension == ".yml") && entry.is_regular_file(error);
}

} // namespace

Result<FileEntries> parseConfigText(std::string_view yaml, const std::string &origin) {
    try {
        return readDocument(YAML::Load(std::string(yaml)), origin);
    } catch (const YAML::Exception &e) {
        return wrong(origin, e.mark, e.msg);
    }
}

void mergeEntries(FileEntries &onto, FileEntries later) {
    for (auto &[key, entry] : later) {
        auto earlier = onto.find(key);
        if (earlier == onto.end() || !entry.appends) {
            onto.insert_or_assign(key, std::move(entry));
            continue;
        }
        FileEntry &merged = earlier->second;
        merged.origin += " and " + entry.origin;
        merged.file = entry.file;
        if (merged.isList || entry.isList) {
            merged.isList = true;
            std::ranges::move(entry.values, std::back_inserter(merged.values));
        } else {
            merged.values[0] += "," + entry.values[0];
        }
    }
}

fs::path dropInFolder(const fs::path &file) {
    return file.string() + ".d";
}

Result<ConfigFiles> readConfigFiles(const fs::path &file, MustExist mustExist, const FileOverlay &overlay) {
    std::error_code error;
    std::set<fs::path> dropIns;
    for (const auto &entry : fs::directory_iterator(dropInFolder(file), error))
        if (isDropIn(entry) && !overlay.contains(entry.path()))
            dropIns.insert(entry.path());
    for (const auto &[path, text] : overlay)
        if (text && path.parent_path() == dropInFolder(file))
            dropIns.insert(path);

    ConfigFiles read;
    const auto laid = overlay.find(file);
    const bool there = laid == overlay.end() ? fs::exists(file, error) : laid->second.has_value();
    if (mustExist == MustExist::Yes || there)
        read.files.push_back(file);
    read.files.insert(read.files.end(), dropIns.begin(), dropIns.end());
    for (const fs::path &path : read.files) {
        const auto replaced = overlay.find(path);
        TRY(const std::string text, replaced != overlay.end() && replaced->second
                                        ? Result<std::string>(*replaced->second)
                                        : readFile(path, kFileBytesMax));
        TRY(FileEntries entries, parseConfigText(text, path.string()));
        for (auto &[key, entry] : entries)
            entry.file = path;
        mergeEntries(read.entries, std::move(entries));
    }
    return read;
}

} // namespace coracle::config
