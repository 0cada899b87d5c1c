#pragma once

#include "core/api/object.h"

#include <memory>
#include <string_view>
#include <vector>

namespace coracle::apiserver {

/// The key of an object inside its collection, as two parts of "namespace/name". Cluster-scoped objects have an empty
/// namespace and "name" is the whole key.
struct ObjectKey {
    std::string_view namespaceName, name;

    static ObjectKey of(const api::Object &object) { return {object.namespaceName(), object.name()}; }
    /// The byte order of the datastore's keys, so that pages from memory and from the datastore fit together.
    static int compare(const ObjectKey &a, const ObjectKey &b);
};

/// A sorted collection of objects whose copies are cheap: they share chunks until one side writes. So a LIST takes a
/// snapshot under a short lock and reads it without. Not thread-safe itself; copies may go to other threads.
class ObjectTable {
public:
    ObjectTable() = default;

    size_t size() const { return m_size; }
    api::ObjectPtr find(const ObjectKey &key) const;
    /// Inserts or replaces; returns what was there.
    api::ObjectPtr put(api::ObjectPtr object);
    /// Returns what was removed, or null.
    api::ObjectPtr erase(const ObjectKey &key);

    /// A copy that later writes to this table do not change.
    ObjectTable snapshot();

    /// Visits objects with key >= from in order, until the visitor returns false.
    template<class Visitor>
    void visit(const ObjectKey &from, Visitor visitor) const {
        for (size_t c = chunkFor(from); c < m_chunks.size(); ++c) {
            const std::vector<api::ObjectPtr> &objects = m_chunks[c]->objects;
            for (size_t i = lowerBound(objects, from); i < objects.size(); ++i)
                if (!visitor(objects[i]))
                    return;
        }
    }
    /// Visits one namespace (empty: all) in order, until the visitor returns false.
    template<class Visitor>
    void visitNamespace(std::string_view namespaceName, Visitor visitor) const {
        visit(ObjectKey{namespaceName, {}}, [&](const api::ObjectPtr &object) {
            if (!namespaceName.empty() && object->namespaceName() != namespaceName)
                return false;
            return static_cast<bool>(visitor(object));
        });
    }

private:
    static constexpr size_t kChunkObjectsMax = 128;
    struct Chunk {
        uint64_t epoch = 0; ///< the table's epoch when this chunk was made: older ones may be shared
        std::vector<api::ObjectPtr> objects;
    };

    static size_t lowerBound(const std::vector<api::ObjectPtr> &objects, const ObjectKey &key);
    /// The chunk that holds the key, or would.
    size_t chunkFor(const ObjectKey &key) const;
    Chunk &writable(size_t chunk);

    std::vector<std::shared_ptr<Chunk>> m_chunks; ///< none is empty
    size_t m_size = 0;
    uint64_t m_epoch = 0;
};

} // namespace coracle::apiserver
