#include "clusterd/appliance/archive.h"

#include "clusterd/appliance/digest.h"
#include "clusterd/appliance/file_handle.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

namespace coracle::appliance {

namespace fs = std::filesystem;

namespace {

constexpr size_t kPart = 64u << 10;

struct FreeEntry {
    void operator()(archive_entry *entry) const { archive_entry_free(entry); }
};

/// What libarchive says of itself; it does not know the file's name.
Failure failureOf(archive *handle, const fs::path &path, std::string_view what) {
    const char *cause = archive_error_string(handle);
    return errors::other(fmt::format("cannot {} {}: {}", what, path.string(), cause ? cause : "unknown error"));
}

} // namespace

void ArchiveWriter::Close::operator()(archive *handle) const {
    archive_write_free(handle);
}

Result<ArchiveWriter> ArchiveWriter::create(const fs::path &path, Compression compression, WallTime time) {
    // The name is taken by a handle of our own: libarchive would overwrite.
    {
        TRY(const FileHandle made, FileHandle::create(path, 0600));
    }
    ArchiveWriter writer(archive_write_new());
    writer.m_path = path;
    writer.m_time = time;
    archive *handle = writer.m_handle.get();
    const int filter = compression == Compression::Zstd ? archive_write_add_filter_zstd(handle)
                                                        : archive_write_add_filter_gzip(handle);
    if (filter != ARCHIVE_OK || archive_write_set_format_pax_restricted(handle) != ARCHIVE_OK ||
        archive_write_open_filename(handle, path.c_str()) != ARCHIVE_OK)
        return writer.failure();
    return writer;
}

Failure ArchiveWriter::failure() const {
    return failureOf(m_handle.get(), m_path, "write");
}

Result<> ArchiveWriter::addHeader(const std::string &name, unsigned mode, uint64_t bytes, const std::string &link) {
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), link.empty() ? AE_IFREG : AE_IFLNK);
    archive_entry_set_perm(entry.get(), mode);
    archive_entry_set_size(entry.get(), static_cast<int64_t>(bytes));
    archive_entry_set_mtime(entry.get(), std::chrono::floor<std::chrono::seconds>(m_time).time_since_epoch().count(),
                            0);
    if (!link.empty())
        archive_entry_set_symlink(entry.get(), link.c_str());
    if (archive_write_header(m_handle.get(), entry.get()) != ARCHIVE_OK)
        return failure();
    return {};
}

Result<> ArchiveWriter::add(std::string_view bytes) {
    if (archive_write_data(m_handle.get(), bytes.data(), bytes.size()) < 0)
        return failure();
    return {};
}

Result<> ArchiveWriter::addFile(const std::string &name, const fs::path &source, unsigned mode,
                                const std::atomic<bool> &ended) {
    TRY(const FileHandle file, FileHandle::open(source));
    uint64_t left = file.size(); // what is appended meanwhile stays out
    CHECK(addHeader(name, mode, left, ""));
    std::string buffer(kPart, '\0');
    while (left > 0) {
        if (ended)
            return errors::other("packing was cancelled");
        TRY(const size_t size, file.read(buffer.data(), std::min<uint64_t>(left, buffer.size())));
        if (size == 0)
            return errors::other(fmt::format("{} became shorter while it was read", source.string()));
        CHECK(add(std::string_view(buffer).substr(0, size)));
        left -= size;
    }
    return {};
}

Result<> ArchiveWriter::addText(const std::string &name, std::string_view text, unsigned mode) {
    CHECK(addHeader(name, mode, text.size(), ""));
    return add(text);
}

Result<> ArchiveWriter::addLink(const std::string &name, const std::string &target) {
    return addHeader(name, 0777, 0, target);
}

Result<> ArchiveWriter::finish() {
    if (archive_write_close(m_handle.get()) != ARCHIVE_OK)
        return failure();
    TRY(const FileHandle written, FileHandle::open(m_path));
    CHECK(written.sync());
    return syncFolder(m_path.parent_path());
}

void ArchiveReader::Close::operator()(archive *handle) const {
    archive_read_free(handle);
}

Result<ArchiveReader> ArchiveReader::open(const fs::path &path) {
    ArchiveReader reader(archive_read_new());
    reader.m_path = path;
    archive *handle = reader.m_handle.get();
    archive_read_support_filter_gzip(handle);
    archive_read_support_filter_zstd(handle);
    archive_read_support_format_tar(handle);
    if (archive_read_open_filename(handle, path.c_str(), kPart) != ARCHIVE_OK)
        return reader.failure();
    return reader;
}

Failure ArchiveReader::failure() const {
    return failureOf(m_handle.get(), m_path, "read");
}

Result<std::optional<ArchiveEntry>> ArchiveReader::next() {
    archive_entry *entry = nullptr;
    const int code = archive_read_next_header(m_handle.get(), &entry);
    if (code == ARCHIVE_EOF)
        return std::nullopt;
    if (code != ARCHIVE_OK)
        return failure();
    const char *name = archive_entry_pathname(entry), *target = archive_entry_symlink(entry);
    const auto type = archive_entry_filetype(entry);
    return ArchiveEntry{.name = name ? name : "",
                        .type = archive_entry_hardlink(entry) ? ArchiveEntry::Type::Other
                                : type == AE_IFREG            ? ArchiveEntry::Type::File
                                : type == AE_IFLNK            ? ArchiveEntry::Type::Link
                                : type == AE_IFDIR            ? ArchiveEntry::Type::Folder
                                                              : ArchiveEntry::Type::Other,
                        .bytes = static_cast<uint64_t>(std::max<int64_t>(archive_entry_size(entry), 0)),
                        .target = target ? target : ""};
}

Result<size_t> ArchiveReader::read(char *buffer, size_t size) {
    const la_ssize_t got = archive_read_data(m_handle.get(), buffer, size);
    if (got < 0)
        return failure();
    return static_cast<size_t>(got);
}

Result<std::string> ArchiveReader::text(size_t bytesMax) {
    std::string content, buffer(kPart, '\0');
    for (;;) {
        TRY(const size_t size, read(buffer.data(), buffer.size()));
        if (size == 0)
            return content;
        if (content.size() + size > bytesMax)
            return errors::other(fmt::format("{}: an entry is larger than {} bytes", m_path.string(), bytesMax));
        content.append(buffer, 0, size);
    }
}

Result<std::string> ArchiveReader::extract(const fs::path &to, unsigned mode, uint64_t bytesMax,
                                           const std::atomic<bool> &ended) {
    TRY(const FileHandle target, FileHandle::create(to, mode));
    Digest digest;
    std::string buffer(kPart, '\0');
    uint64_t written = 0;
    while (!ended) {
        TRY(const size_t size, read(buffer.data(), buffer.size()));
        if (size == 0)
            return digest.hex();
        written += size;
        if (written > bytesMax)
            return errors::other(fmt::format("{}: an entry is larger than it says", m_path.string()));
        const std::string_view part = std::string_view(buffer).substr(0, size);
        digest.add(part);
        CHECK(target.write(part));
    }
    return errors::other("unpacking was cancelled");
}

} // namespace coracle::appliance
