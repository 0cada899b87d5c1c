#pragma once

#include "clusterd/apiserver/authorization/rules.h"
#include "clusterd/apiserver/registry/reader.h"

#include <memory>
#include <mutex>
#include <unordered_map>

namespace coracle::apiserver {

/// Role-based access control from the Roles and bindings in the store. They are compiled into an index by subject when
/// one of the four collections has changed; a question is then a few hash look-ups.
class RbacAuthorizer final : public Authorizer {
public:
    /// The reader must outlive it.
    explicit RbacAuthorizer(const Reader &reader);
    ~RbacAuthorizer() override;

    Authorization authorize(const AuthorizationAttributes &attributes) const override;
    std::vector<EffectiveRule> rulesFor(const UserInfo &user, std::string_view namespaceName) const override;

    /// The rules of a role that a binding refers to; nothing when it does not exist.
    std::optional<std::vector<Rule>> rulesOfRole(std::string_view kind, std::string_view name,
                                                 std::string_view namespaceName) const;

private:
    struct Index;
    struct Compiler;
    std::shared_ptr<const Index> index() const;

    const Reader &m_reader;
    const api::ResourceInfo *m_resources[4];
    mutable std::mutex m_mutex; ///< guards the following; held while an index is built, so that it is built once
    mutable std::shared_ptr<const Index> m_index;
    mutable std::unique_ptr<Compiler> m_compiler;
};

} // namespace coracle::apiserver
