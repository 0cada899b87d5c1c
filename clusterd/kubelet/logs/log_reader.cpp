#include "clusterd/kubelet/logs/log_reader.h"

#include "core/api/time.h"

#include <deque>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coracle::kubelet {

using namespace std::chrono_literals;

namespace {

constexpr size_t kBlockBytes = 64 << 10;
/// A line that is longer is passed on in pieces.
constexpr size_t kLineBytesMax = 1 << 20;
constexpr auto kPollPause = 100ms;

class File {
public:
    explicit File(const std::filesystem::path &path) : m_fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    File(const File &) = delete;
    File &operator=(const File &) = delete;
    ~File() { close(); }
    bool isOpen() const { return m_fd >= 0; }
    void reopen(const std::filesystem::path &path) {
        close();
        m_fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    }
    ssize_t read(char *buffer, size_t size) { return ::read(m_fd, buffer, size); }
    ssize_t readAt(char *buffer, size_t size, off_t offset) { return ::pread(m_fd, buffer, size, offset); }
    void seek(off_t offset) { ::lseek(m_fd, offset, SEEK_SET); }
    off_t position() const { return ::lseek(m_fd, 0, SEEK_CUR); }
    off_t size() const {
        struct stat info{};
        return ::fstat(m_fd, &info) == 0 ? info.st_size : 0;
    }
    /// Whether the path names another file by now: the log was rotated.
    bool replacedBy(const std::filesystem::path &path) const {
        struct stat mine{}, other{};
        return ::fstat(m_fd, &mine) == 0 && ::stat(path.c_str(), &other) == 0 &&
               (mine.st_ino != other.st_ino || mine.st_dev != other.st_dev);
    }

private:
    void close() {
        if (m_fd >= 0)
            ::close(m_fd);
        m_fd = -1;
    }
    int m_fd;
};

/// Where the last lines begin: reads backwards, counting line ends.
off_t tailOffset(File &file, int64_t lines) {
    off_t size = file.size(), at = size;
    if (lines <= 0)
        return size;
    std::string block(kBlockBytes, '\0');
    int64_t seen = 0;
    while (at > 0) {
        off_t from = std::max<off_t>(0, at - static_cast<off_t>(kBlockBytes));
        ssize_t got = file.readAt(block.data(), static_cast<size_t>(at - from), from);
        if (got <= 0)
            break;
        for (off_t i = got - 1; i >= 0; --i)
            // The end of the file's last line is not the end of a line before it.
            if (block[static_cast<size_t>(i)] == '\n' && from + i + 1 < size && ++seen == lines)
                return from + i + 1;
        at = from;
    }
    return 0;
}

/// From log lines to what the user gets.
class Formatter {
public:
    explicit Formatter(const LogOptions &options) : m_options(options), m_left(options.limitBytes.value_or(-1)) {}

    void add(std::string_view line, std::string &out) {
        auto parsed = parseLogLine(line);
        if (!parsed || full())
            return;
        if (m_options.stream == "Stdout" ? parsed->stream != "stdout"
                                         : m_options.stream == "Stderr" && parsed->stream != "stderr")
            return;
        if (m_options.since && !m_passedSince) {
            auto time = api::MicroTime::parse(parsed->time);
            if (time && *time && **time < *m_options.since)
                return;
            m_passedSince = true;
        }
        std::string text;
        if (m_options.timestamps && !m_inLine)
            text.append(parsed->time).append(" ");
        text.append(parsed->text);
        if (!parsed->partial)
            text += '\n';
        m_inLine = parsed->partial;
        if (m_left >= 0) {
            text.resize(std::min<size_t>(text.size(), static_cast<size_t>(m_left)));
            m_left -= static_cast<int64_t>(text.size());
        }
        out += text;
    }
    bool full() const { return m_left == 0 && m_options.limitBytes; }

private:
    const LogOptions &m_options;
    int64_t m_left;
    bool m_passedSince = false, m_inLine = false;
};

} // namespace

std::optional<LogLine> parseLogLine(std::string_view line) {
    auto word = [&]() {
        size_t blank = line.find(' ');
        auto text = line.substr(0, blank);
        line.remove_prefix(blank == std::string_view::npos ? line.size() : blank + 1);
        return text;
    };
    LogLine parsed;
    parsed.time = word();
    parsed.stream = word();
    // Tags are separated by colons; the first says whether the line is whole.
    auto tags = word();
    if (parsed.time.empty() || (parsed.stream != "stdout" && parsed.stream != "stderr") || tags.empty() ||
        (tags[0] != 'F' && tags[0] != 'P'))
        return std::nullopt;
    parsed.partial = tags[0] == 'P';
    parsed.text = line;
    return parsed;
}

Task<Result<>> readLog(std::filesystem::path path, LogOptions options, Clock &clock,
                       std::function<Task<Result<>>(std::string text)> sink, std::function<Task<bool>()> running) {
    File file(path);
    if (!file.isOpen())
        co_return errors::fromErrno(fmt::format("failed to try resolving symlinks in path \"{}\"", path.string()),
                                    errno);
    if (options.tailLines)
        file.seek(tailOffset(file, *options.tailLines));
    Formatter formatter(options);
    std::string buffer(kBlockBytes, '\0'), pending, out;
    bool ended = false;
    while (!formatter.full()) {
        ssize_t got = file.read(buffer.data(), buffer.size());
        if (got < 0)
            co_return errors::fromErrno(fmt::format("cannot read {}", path.string()), errno);
        if (got > 0) {
            pending.append(buffer.data(), static_cast<size_t>(got));
            size_t begin = 0;
            for (size_t end; (end = pending.find('\n', begin)) != std::string::npos; begin = end + 1)
                formatter.add(std::string_view(pending).substr(begin, end - begin), out);
            pending.erase(0, begin);
            if (pending.size() > kLineBytesMax)
                pending.clear(); // no runtime writes such a line
            if (!out.empty())
                CO_CHECK(co_await sink(std::move(out)));
            out.clear();
            continue;
        }
        if (!options.follow)
            break;
        if (file.replacedBy(path)) {
            file.reopen(path);
            if (!file.isOpen())
                break;
            continue;
        }
        if (ended)
            break;
        auto slept = co_await clock.sleep(kPollPause);
        if (!slept)
            break;
        // One more look after the end, for what was written until then.
        ended = !co_await running();
    }
    co_return Result<>{};
}

std::string logTail(const std::filesystem::path &path, int linesMax, size_t bytesMax) {
    File file(path);
    if (path.empty() || !file.isOpen())
        return {};
    off_t from = std::max<off_t>(tailOffset(file, linesMax), file.size() - static_cast<off_t>(bytesMax + kBlockBytes));
    std::string text(static_cast<size_t>(file.size() - from), '\0'), out;
    ssize_t got = file.readAt(text.data(), text.size(), from);
    text.resize(got > 0 ? static_cast<size_t>(got) : 0);
    LogOptions options;
    Formatter formatter(options);
    size_t begin = 0;
    for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
        formatter.add(std::string_view(text).substr(begin, end - begin), out);
    if (out.size() > bytesMax)
        out.erase(0, out.size() - bytesMax);
    return out;
}

} // namespace coracle::kubelet
