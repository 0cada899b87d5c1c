#include "clusterd/apiserver/registry/object_table.h"

#include <algorithm>

namespace coracle::apiserver {

int ObjectKey::compare(const ObjectKey &a, const ObjectKey &b) {
    if (a.namespaceName == b.namespaceName)
        return a.name.compare(b.name);
    // As "namespace/name" texts: a namespace that is the other's prefix goes on with '/', which is more than '-'.
    size_t shared = std::min(a.namespaceName.size(), b.namespaceName.size());
    if (int order = a.namespaceName.substr(0, shared).compare(b.namespaceName.substr(0, shared)))
        return order;
    if (a.namespaceName.empty() || b.namespaceName.empty())
        return a.namespaceName.empty() ? -1 : 1;
    if (a.namespaceName.size() < b.namespaceName.size())
        return b.namespaceName[shared] < '/' ? 1 : -1;
    return a.namespaceName[shared] < '/' ? -1 : 1;
}

size_t ObjectTable::lowerBound(const std::vector<api::ObjectPtr> &objects, const ObjectKey &key) {
    auto found = std::lower_bound(objects.begin(), objects.end(), key, [](const api::ObjectPtr &o, const ObjectKey &k) {
        return ObjectKey::compare(ObjectKey::of(*o), k) < 0;
    });
    return found - objects.begin();
}

size_t ObjectTable::chunkFor(const ObjectKey &key) const {
    auto found = std::upper_bound(m_chunks.begin(), m_chunks.end(), key,
                                  [](const ObjectKey &k, const std::shared_ptr<Chunk> &c) {
                                      return ObjectKey::compare(k, ObjectKey::of(*c->objects.front())) < 0;
                                  });
    return found == m_chunks.begin() ? 0 : found - m_chunks.begin() - 1;
}

ObjectTable::Chunk &ObjectTable::writable(size_t chunk) {
    std::shared_ptr<Chunk> &own = m_chunks[chunk];
    if (own->epoch < m_epoch) {
        own = std::make_shared<Chunk>(*own);
        own->epoch = m_epoch;
    }
    return *own;
}

api::ObjectPtr ObjectTable::find(const ObjectKey &key) const {
    if (m_chunks.empty())
        return nullptr;
    const std::vector<api::ObjectPtr> &objects = m_chunks[chunkFor(key)]->objects;
    size_t i = lowerBound(objects, key);
    return i < objects.size() && ObjectKey::compare(ObjectKey::of(*objects[i]), key) == 0 ? objects[i] : nullptr;
}

api::ObjectPtr ObjectTable::put(api::ObjectPtr object) {
    ObjectKey key = ObjectKey::of(*object);
    if (m_chunks.empty()) {
        m_chunks.push_back(std::make_shared<Chunk>(Chunk{m_epoch, {std::move(object)}}));
        ++m_size;
        return nullptr;
    }
    size_t c = chunkFor(key);
    std::vector<api::ObjectPtr> &objects = writable(c).objects;
    size_t i = lowerBound(objects, key);
    if (i < objects.size() && ObjectKey::compare(ObjectKey::of(*objects[i]), key) == 0) {
        std::swap(objects[i], object);
        return object;
    }
    objects.insert(objects.begin() + i, std::move(object));
    ++m_size;
    if (objects.size() > kChunkObjectsMax) {
        auto upper = std::make_shared<Chunk>(Chunk{m_epoch, {}});
        upper->objects.assign(objects.begin() + objects.size() / 2, objects.end());
        objects.resize(objects.size() / 2);
        m_chunks.insert(m_chunks.begin() + c + 1, std::move(upper));
    }
    return nullptr;
}

api::ObjectPtr ObjectTable::erase(const ObjectKey &key) {
    if (!find(key))
        return nullptr;
    size_t c = chunkFor(key);
    std::vector<api::ObjectPtr> &objects = writable(c).objects;
    size_t i = lowerBound(objects, key);
    api::ObjectPtr gone = std::move(objects[i]);
    objects.erase(objects.begin() + i);
    --m_size;
    if (objects.empty())
        m_chunks.erase(m_chunks.begin() + c);
    return gone;
}

ObjectTable ObjectTable::snapshot() {
    ++m_epoch; // from now on both sides copy a chunk before they write to it
    return *this;
}

} // namespace coracle::apiserver
