#include "clusterd/apiserver/handlers/body_source.h"

#include "clusterd/apiserver/handlers/json_indent.h"
#include "core/api/yaml_writer.h"

#include <algorithm>
#include <array>
#include <zlib.h>

namespace coracle::apiserver {

namespace {

class ReadyBody final : public BodySource {
public:
    ReadyBody(std::vector<http::Chunk> begin, BodySourcePtr rest)
        : m_begin(std::move(begin)), m_rest(std::move(rest)) {}

    bool next(std::vector<http::Chunk> &chunks) override {
        if (m_begin.empty())
            return m_rest && m_rest->next(chunks);
        std::ranges::move(m_begin, std::back_inserter(chunks));
        m_begin.clear();
        return m_rest != nullptr;
    }

private:
    std::vector<http::Chunk> m_begin;
    BodySourcePtr m_rest;
};

/// Makes other bytes of another body's, a slice at a time, and lets go of what it has read.
class Filter : public BodySource {
public:
    explicit Filter(BodySourcePtr inner) : m_inner(std::move(inner)) {}

    bool next(std::vector<http::Chunk> &chunks) override {
        std::string out;
        for (size_t room = kPieceBytes; room > 0;) {
            if (m_at == m_pending.size() && !refill())
                break;
            http::Chunk &chunk = m_pending[m_at];
            const std::string_view slice = chunk.bytes.substr(0, room);
            transform(slice, out);
            room -= slice.size();
            chunk.bytes.remove_prefix(slice.size());
            if (chunk.bytes.empty()) {
                chunk.owner.reset();
                ++m_at;
            }
        }
        const bool ended = !m_inner && m_at == m_pending.size();
        if (ended)
            finish(out);
        if (!out.empty())
            chunks.push_back(http::Chunk::own(std::move(out)));
        return !ended;
    }

private:
    virtual void transform(std::string_view bytes, std::string &out) = 0;
    virtual void finish(std::string &) {}

    /// False when there is nothing now.
    bool refill() {
        m_pending.clear();
        m_at = 0;
        if (m_inner && !m_inner->next(m_pending))
            m_inner.reset();
        return !m_pending.empty();
    }

    BodySourcePtr m_inner; ///< null when it has ended
    std::vector<http::Chunk> m_pending;
    size_t m_at = 0;
};

class Indented final : public Filter {
    using Filter::Filter;
    void transform(std::string_view bytes, std::string &out) override { m_indent.append(bytes, out); }

    JsonIndent m_indent;
};

class Gzipped final : public Filter {
public:
    explicit Gzipped(BodySourcePtr body) : Filter(std::move(body)) {
        constexpr int kGzipWrapper = 16, kMemoryLevel = 8;
        m_valid = deflateInit2(&m_stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzipWrapper, kMemoryLevel,
                               Z_DEFAULT_STRATEGY) == Z_OK;
    }
    Gzipped(const Gzipped &) = delete;
    Gzipped &operator=(const Gzipped &) = delete;
    ~Gzipped() override {
        if (m_valid)
            deflateEnd(&m_stream);
    }

private:
    void transform(std::string_view bytes, std::string &out) override { deflateInto(bytes, Z_NO_FLUSH, out); }
    void finish(std::string &out) override { deflateInto({}, Z_FINISH, out); }

    void deflateInto(std::string_view bytes, int flush, std::string &out) {
        if (!m_valid)
            return; // out of memory: the answer is cut short, which the client notices
        std::array<char, 16u << 10> buffer;
        // zlib's interface is older than const.
        m_stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
        m_stream.avail_in = static_cast<uInt>(bytes.size());
        do {
            m_stream.next_out = reinterpret_cast<Bytef *>(buffer.data());
            m_stream.avail_out = buffer.size();
            deflate(&m_stream, flush);
            out.append(buffer.data(), buffer.size() - m_stream.avail_out);
        } while (m_stream.avail_out == 0);
    }

    z_stream m_stream{};
    bool m_valid = false;
};

class Yaml final : public Filter {
    using Filter::Filter;
    void transform(std::string_view bytes, std::string &) override { m_json += bytes; }
    void finish(std::string &out) override { out = api::jsonToYaml(m_json); }

    std::string m_json;
};

} // namespace

BodySourcePtr bodyOf(std::vector<http::Chunk> chunks) {
    return bodyOf(std::move(chunks), nullptr);
}

BodySourcePtr bodyOf(std::string text) {
    std::vector<http::Chunk> chunks;
    chunks.push_back(http::Chunk::own(std::move(text)));
    return bodyOf(std::move(chunks));
}

BodySourcePtr bodyOf(std::vector<http::Chunk> begin, BodySourcePtr rest) {
    return std::make_unique<ReadyBody>(std::move(begin), std::move(rest));
}

BodySourcePtr indented(BodySourcePtr json) {
    return std::make_unique<Indented>(std::move(json));
}

BodySourcePtr gzipped(BodySourcePtr body) {
    return std::make_unique<Gzipped>(std::move(body));
}

BodySourcePtr asYaml(BodySourcePtr json) {
    return std::make_unique<Yaml>(std::move(json));
}

} // namespace coracle::apiserver
