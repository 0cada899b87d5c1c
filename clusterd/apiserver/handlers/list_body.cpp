#include "clusterd/apiserver/handlers/list_body.h"

#include "core/api/protobuf.h"
#include "core/api/protobuf_wire.h"

#include <deque>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

class TextList final : public BodySource {
public:
    TextList(std::string begin, client::ObjectList list, ItemWriter item, std::string end)
        : m_text(std::move(begin)), m_end(std::move(end)), m_list(std::move(list)), m_item(std::move(item)) {}

    bool next(std::vector<http::Chunk> &chunks) override {
        std::string text = std::exchange(m_text, {});
        for (; m_next < m_list.items.size() && text.size() < kPieceBytes; ++m_next) {
            m_item(*m_list.items[m_next], m_next == 0, text);
            m_list.items[m_next].reset();
        }
        const bool ended = m_next == m_list.items.size();
        if (ended)
            text += m_end;
        chunks.push_back(http::Chunk::own(std::move(text)));
        return !ended;
    }

private:
    std::string m_text, m_end;
    client::ObjectList m_list;
    ItemWriter m_item;
    size_t m_next = 0;
};

class ProtobufList final : public BodySource {
public:
    ProtobufList(std::string apiVersion, std::string kind, client::ObjectList list, ItemMessage message,
                 ListFields fields)
        : m_apiVersion(std::move(apiVersion)),
          m_kind(std::move(kind)),
          m_list(std::move(list)),
          m_message(std::move(message)),
          m_fields(fields) {
        api::wire::appendBytes(m_metadata, m_fields.metadata, metadata());
        m_bytes = m_metadata.size();
    }

    bool next(std::vector<http::Chunk> &chunks) override {
        if (m_measured < m_list.items.size()) {
            measure();
            return true;
        }
        if (!m_begun)
            begin(chunks);
        std::string text;
        if (!m_kept.empty()) {
            text = std::move(m_kept.front());
            m_kept.pop_front();
        } else {
            text = take(m_sent, m_list.items.size());
        }
        const bool ended = m_kept.empty() && m_sent == m_list.items.size();
        if (ended)
            text += m_frame.end;
        chunks.push_back(http::Chunk::own(std::move(text)));
        return !ended;
    }

private:
    static constexpr size_t kKeptBytesMax = 8u << 20;

    std::string metadata() const {
        static const api::TypeInfo &type = *api::findType("meta/v1", "ListMeta");
        json::object metadata{{"resourceVersion", m_list.resourceVersion}, {"continue", m_list.continueToken}};
        if (m_list.remainingItemCount > 0)
            metadata["remainingItemCount"] = m_list.remainingItemCount;
        return api::encodeMessage(type, metadata);
    }

    /// Encodes objects from an index on until there is a piece.
    std::string take(size_t &index, size_t end) {
        std::string text;
        for (; index < end && text.size() < kPieceBytes; ++index)
            api::wire::appendBytes(text, m_fields.items, m_message(*m_list.items[index]));
        return text;
    }

    void measure() {
        const bool keeps = m_sent == m_measured && m_keptBytes < kKeptBytesMax;
        std::string text = take(m_measured, m_list.items.size());
        m_bytes += text.size();
        if (!keeps)
            return;
        m_keptBytes += text.size();
        m_kept.push_back(std::move(text));
        m_sent = m_measured;
    }

    void begin(std::vector<http::Chunk> &chunks) {
        m_begun = true;
        m_frame = api::protobufFrame(m_apiVersion, m_kind, m_bytes);
        chunks.push_back(http::Chunk::own(m_frame.begin + m_metadata));
    }

    std::string m_apiVersion, m_kind, m_metadata;
    client::ObjectList m_list;
    ItemMessage m_message;
    ListFields m_fields;
    api::ProtobufFrame m_frame;
    size_t m_measured = 0; ///< objects whose size is in m_bytes
    size_t m_bytes = 0;
    std::deque<std::string> m_kept; ///< the first objects, encoded
    size_t m_keptBytes = 0;
    size_t m_sent = 0; ///< objects that were sent or are kept
    bool m_begun = false;
};

} // namespace

BodySourcePtr listBody(std::string begin, client::ObjectList list, ItemWriter item, std::string end) {
    return std::make_unique<TextList>(std::move(begin), std::move(list), std::move(item), std::move(end));
}

BodySourcePtr protobufListBody(std::string apiVersion, std::string kind, client::ObjectList list, ItemMessage message,
                               ListFields fields) {
    return std::make_unique<ProtobufList>(std::move(apiVersion), std::move(kind), std::move(list), std::move(message),
                                          fields);
}

} // namespace coracle::apiserver
