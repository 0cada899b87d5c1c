#include "clusterd/appliance/file_reply.h"

#include "clusterd/appliance/file_handle.h"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace coracle::appliance {

namespace fs = std::filesystem;

namespace {

constexpr size_t kPart = 64u << 10;

} // namespace

Task<Result<Reply>> sendFile(Call &call, fs::path file, std::string contentType) {
    CO_TRY(const FileHandle source, FileHandle::open(file));
    http::Headers headers;
    headers.add("Content-Type", std::move(contentType));
    headers.add("Content-Disposition", fmt::format("attachment; filename=\"{}\"", file.filename().string()));
    headers.add("Cache-Control", "no-store");
    CO_CHECK(co_await call.writer.start(200, std::move(headers)));
    for (;;) {
        std::string buffer(kPart, '\0');
        CO_TRY(const size_t size, source.read(buffer.data(), buffer.size()));
        if (size == 0)
            co_return Reply::streamed();
        buffer.resize(size);
        std::vector<http::Chunk> chunks;
        chunks.push_back(http::Chunk::own(std::move(buffer)));
        CO_CHECK(co_await call.writer.write(std::move(chunks)));
    }
}

Result<fs::path> findFile(std::string_view kind, const fs::path &folder, const std::string &name,
                          std::string_view ending) {
    const bool plain = name.size() > ending.size() && name.ends_with(ending) && name[0] != '.' &&
                       name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
    std::error_code error;
    if (!plain || !fs::is_regular_file(fs::symlink_status(folder / name, error)))
        return errors::notFound(kind, "", name);
    return folder / name;
}

std::vector<fs::path> listFiles(const fs::path &folder, std::string_view ending) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name[0] != '.' && name.ends_with(ending) && entry.is_regular_file(error))
            files.push_back(entry.path());
    }
    std::ranges::sort(files, std::ranges::greater());
    return files;
}

std::string freeFileName(const fs::path &folder, WallTime time, std::string_view ending) {
    const std::string stem = fmt::format("{:%Y-%m-%dT%H%M%S}Z", std::chrono::floor<std::chrono::seconds>(time));
    std::error_code error;
    std::string name = fmt::format("{}{}", stem, ending);
    for (int number = 2; fs::exists(folder / name, error); ++number)
        name = fmt::format("{}-{}{}", stem, number, ending);
    return name;
}

} // namespace coracle::appliance
