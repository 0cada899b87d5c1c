#pragma once

#include "core/api/typed.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace coracle::scheduler {

/// Decoded objects as the API server told and, on top, as this scheduler will write them (kube-scheduler's assume
/// cache). One executor. T is a kind's struct; keys are "namespace/name" or "name".
template<class T>
class AssumeCache {
public:
    using Pointer = std::shared_ptr<const T>;

    /// A version from the API server, which ends what was assumed on an older one; an older one is passed over.
    Result<> set(const api::Object &object) {
        const auto known = m_entries.find(object.key());
        if (known != m_entries.end() && known->second.stored->metadata.uid == object.uid() &&
            object.resourceVersion() <= known->second.version)
            return {};
        TRY(auto decoded, api::decode<T>(object));
        m_entries.insert_or_assign(
            object.key(), Entry{std::make_shared<const T>(std::move(decoded)), nullptr, object.resourceVersion()});
        return {};
    }
    void remove(std::string_view key) {
        if (const auto known = m_entries.find(key); known != m_entries.end())
            m_entries.erase(known);
    }
    /// As it will be; null when there is none.
    Pointer find(std::string_view key) const {
        const auto known = m_entries.find(key);
        return known == m_entries.end() ? nullptr : known->second.current();
    }
    /// False when the object is gone or newer than what the assumption was made of.
    bool assume(std::string_view key, T object) {
        const auto known = m_entries.find(key);
        if (known == m_entries.end() ||
            known->second.stored->metadata.resourceVersion != object.metadata.resourceVersion)
            return false;
        known->second.assumed = std::make_shared<const T>(std::move(object));
        return true;
    }
    /// Back to what the API server told.
    void restore(std::string_view key) {
        if (const auto known = m_entries.find(key); known != m_entries.end())
            known->second.assumed.reset();
    }
    /// In the order of the keys.
    template<class Visit>
    void forEach(Visit visit) const {
        for (const auto &[key, entry] : m_entries)
            visit(entry.current());
    }

private:
    struct Entry {
        Pointer stored, assumed;
        int64_t version = 0;
        const Pointer &current() const { return assumed ? assumed : stored; }
    };
    std::map<std::string, Entry, std::less<>> m_entries;
};

} // namespace coracle::scheduler
