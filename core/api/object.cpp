#include "core/api/object.h"

#include "core/api/json_reader.h"

#include <algorithm>
#include <charconv>

namespace coracle::api {

/// Fills an object while it goes through the text once; what no member needs is only checked for syntax.
class ObjectScan {
public:
    explicit ObjectScan(Object &object) : m_object(object), m_reader(object.m_json) {}

    Result<> run() {
        eachMember([this](std::string_view key) {
            if (key == "apiVersion")
                return string(m_object.m_apiVersion);
            if (key == "kind")
                return string(m_object.m_kind);
            if (key == "metadata")
                return metadata();
            return m_reader.skip();
        });
        if (!m_reader.finish()) {
            const std::string path = m_reader.path().empty() ? "" : m_reader.path() + ": ";
            return errors::badRequest("not an API object: " + path + m_reader.error());
        }
        sortLabels();
        return {};
    }

private:
    using Token = JsonReader::Token;

    bool null() { return m_reader.peek() == Token::Null && m_reader.readNull(); }

    bool expect(Token token, const char *message) { return m_reader.peek() == token || m_reader.fail(message); }

    /// Calls read(key) for each member; null members are passed over, and errors get the member's path.
    template<class Read>
    bool eachMember(Read read) {
        if (!expect(Token::Object, "expected an object") || !m_reader.beginObject())
            return false;
        std::string_view key;
        while (m_reader.nextMember(key)) {
            if (null())
                continue;
            if (read(key))
                continue;
            // A key with escapes lay in the reader's buffer, which is used again by now.
            m_reader.prependPath(inText(key) ? key : "?");
            return false;
        }
        return m_reader.ok();
    }

    template<class Read>
    bool eachElement(Read read) {
        if (!expect(Token::Array, "expected a list") || !m_reader.beginArray())
            return false;
        while (m_reader.nextElement()) {
            if (!null() && !read())
                return false;
        }
        return m_reader.ok();
    }

    bool inText(std::string_view view) const {
        const std::string &json = m_object.m_json;
        return std::greater_equal<>()(view.data(), json.data()) &&
               std::less_equal<>()(view.data() + view.size(), json.data() + json.size());
    }

    /// A view that lives as long as the object: into its text, or, where that has escapes, into m_unescaped.
    std::string_view keep(std::string_view text) {
        if (inText(text))
            return text;
        std::string &kept = m_object.m_unescaped;
        if (kept.empty())
            kept.reserve(m_object.m_json.size()); // never grows again, so that the views stay valid
        const size_t begin = kept.size();
        kept += text;
        return std::string_view(kept).substr(begin);
    }

    bool string(std::string_view &value) {
        std::string_view text;
        if (!expect(Token::String, "expected a string") || !m_reader.readString(text, m_buffer))
            return false;
        value = keep(text);
        return true;
    }

    bool boolean(bool &value) { return expect(Token::Bool, "expected a bool") && m_reader.readBool(value); }

    bool metadata() {
        return eachMember([this](std::string_view key) {
            if (key == "name")
                return string(m_object.m_name);
            if (key == "namespace")
                return string(m_object.m_namespace);
            if (key == "uid")
                return string(m_object.m_uid);
            if (key == "resourceVersion")
                return resourceVersion();
            if (key == "generation")
                return generation();
            if (key == "deletionTimestamp") {
                m_object.m_deleting = true;
                return expect(Token::String, "expected a string") && m_reader.skip();
            }
            if (key == "labels")
                return labels();
            if (key == "finalizers")
                return finalizers();
            if (key == "ownerReferences")
                return eachElement([this] { return owner(); });
            return m_reader.skip();
        });
    }

    /// Kubernetes calls it opaque; Coracle's are numbers. Text of another server that is none counts as absent.
    bool resourceVersion() {
        std::string_view text;
        if (!string(text))
            return false;
        int64_t value = 0;
        const auto end = std::from_chars(text.begin(), text.end(), value);
        m_object.m_resourceVersion = end.ec == std::errc() && end.ptr == text.end() ? value : 0;
        return true;
    }

    bool generation() {
        std::string_view text;
        if (!expect(Token::Number, "expected a number") || !m_reader.readNumber(text))
            return false;
        const auto end = std::from_chars(text.begin(), text.end(), m_object.m_generation);
        return (end.ec == std::errc() && end.ptr == text.end()) || m_reader.fail("expected an int64");
    }

    bool labels() {
        return eachMember([this](std::string_view key) {
            Object::Pair label(keep(key), {});
            if (!string(label.second))
                return false;
            m_object.m_labels.push_back(label);
            return true;
        });
    }

    bool finalizers() {
        return eachElement([this] {
            m_object.m_finalizers = true;
            return expect(Token::String, "expected a string") && m_reader.skip();
        });
    }

    bool owner() {
        Object::Owner &owner = m_object.m_owners.emplace_back();
        return eachMember([this, &owner](std::string_view key) {
            if (key == "apiVersion")
                return string(owner.apiVersion);
            if (key == "kind")
                return string(owner.kind);
            if (key == "name")
                return string(owner.name);
            if (key == "uid")
                return string(owner.uid);
            if (key == "controller")
                return boolean(owner.controller);
            if (key == "blockOwnerDeletion")
                return boolean(owner.blockOwnerDeletion);
            return m_reader.skip();
        });
    }

    /// By key; of two with the same key the later one counts, as in Go's maps.
    void sortLabels() {
        auto &labels = m_object.m_labels;
        std::ranges::stable_sort(labels, {}, &Object::Pair::first);
        size_t kept = 0;
        for (size_t i = 0; i < labels.size(); ++i) {
            if (i + 1 == labels.size() || labels[i].first != labels[i + 1].first)
                labels[kept++] = labels[i];
        }
        labels.resize(kept);
        labels.shrink_to_fit();
    }

    Object &m_object;
    JsonReader m_reader;
    std::string m_buffer;
};

Result<std::shared_ptr<const Object>> Object::parse(std::string json) {
    struct Made : Object {}; // the constructor is private to Object
    auto object = std::make_shared<Made>();
    object->m_json = std::move(json);
    CHECK(ObjectScan(*object).run());
    return object;
}

std::optional<std::string_view> Object::label(std::string_view key) const {
    const auto found = std::ranges::lower_bound(m_labels, key, {}, &Pair::first);
    if (found == m_labels.end() || found->first != key)
        return std::nullopt;
    return found->second;
}

const Object::Owner *Object::controller() const {
    const auto found = std::ranges::find_if(m_owners, &Owner::controller);
    return found != m_owners.end() ? &*found : nullptr;
}

std::string Object::key() const {
    return m_namespace.empty() ? std::string(m_name) : std::string(m_namespace) + '/' + std::string(m_name);
}

} // namespace coracle::api
