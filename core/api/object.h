#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::api {

/// One API object as immutable bytes: compact JSON, as it goes over the wire, with apiVersion, kind and
/// metadata.resourceVersion inside. It is parsed once, when it is made; what selectors, indexes and preconditions need
/// is kept as views into the bytes. Shared between the cache, watchers and in-process clients; thread-safe because it
/// never changes.
class Object {
public:
    using Pair = std::pair<std::string_view, std::string_view>;

    /// Reads the metadata of a JSON object; fails when the text is not an object or its metadata has the wrong types.
    static Result<std::shared_ptr<const Object>> parse(std::string json);

    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;

    const std::string &json() const { return m_json; }
    std::string_view apiVersion() const { return m_apiVersion; }
    std::string_view kind() const { return m_kind; }
    std::string_view name() const { return m_name; }
    std::string_view namespaceName() const { return m_namespace; } ///< empty for cluster-scoped objects
    std::string_view uid() const { return m_uid; }
    int64_t resourceVersion() const { return m_resourceVersion; } ///< 0 when absent
    int64_t generation() const { return m_generation; }
    bool deleting() const { return m_deleting; }        ///< metadata.deletionTimestamp is set
    bool hasFinalizers() const { return m_finalizers; } ///< metadata.finalizers is not empty
    /// Sorted by key.
    const std::vector<Pair> &labels() const { return m_labels; }
    /// The value of a label, or nothing.
    std::optional<std::string_view> label(std::string_view key) const;

    struct Owner {
        std::string_view apiVersion, kind, name, uid;
        bool controller = false;
        bool blockOwnerDeletion = false;
    };
    const std::vector<Owner> &owners() const { return m_owners; }
    /// The owner with controller=true, or null.
    const Owner *controller() const;

    /// "namespace/name", or "name" without a namespace: the key of work queues and logs.
    std::string key() const;

private:
    friend class ObjectScan;
    Object() = default;

    std::string m_json;
    std::string m_unescaped; ///< backs the few views whose JSON text holds escapes
    std::string_view m_apiVersion, m_kind, m_name, m_namespace, m_uid;
    int64_t m_resourceVersion = 0, m_generation = 0;
    std::vector<Pair> m_labels;
    std::vector<Owner> m_owners;
    bool m_deleting = false, m_finalizers = false;
};

using ObjectPtr = std::shared_ptr<const Object>;

} // namespace coracle::api
