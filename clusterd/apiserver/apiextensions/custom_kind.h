#pragma once

#include "clusterd/apiserver/apiextensions/custom_strategy.h"
#include "clusterd/apiserver/apiextensions/custom_version.h"
#include "clusterd/apiserver/apiextensions/webhook_client.h"
#include "clusterd/apiserver/registry/dynamic_kind.h"

#include <atomic>

namespace coracle::apiserver {

/// The kind that a CustomResourceDefinition defines, compiled. Requests hold it by the pointers of resources(), so that
/// those in flight end well when the definition changes or goes.
class CustomKind final : public DynamicKind, public std::enable_shared_from_this<CustomKind> {
public:
    /// From a definition with accepted names. The reader finds the services of webhooks.
    static Result<std::shared_ptr<CustomKind>> create(const JsonObject &definition, const Reader &reader);

    /// The versions that are served.
    std::vector<api::ResourcePtr> resources() const;
    /// Any of the versions, also one that is not served; null when there is none of this apiVersion.
    const api::ResourceInfo *resourceOf(std::string_view apiVersion) const;
    const CustomVersion &versionOf(const api::ResourceInfo &resource) const;

    /// No more objects are created.
    void terminate() { m_terminating = true; }

    /// A stored object as it is kept in memory: pruned and with the defaults of the present schema, so that reads need
    /// not look at it again. Without a webhook it is in the storage version.
    api::ObjectPtr reform(const api::ObjectPtr &object) const;

    // DynamicKind
    const Strategy &strategy() const override { return m_strategy; }
    Task<Result<std::vector<JsonObject>>> convert(std::vector<JsonObject> objects,
                                                  const api::ResourceInfo &to) const override;
    const api::ResourceInfo &storage() const override { return m_storage->resource(); }
    Result<JsonObject> decode(RequestScope &scope, std::string_view text) const override;
    Result<JsonObject> decode(RequestScope &scope, JsonObject object) const override;
    Result<JsonObject> toScale(const api::ResourceInfo &resource, const JsonObject &object) const override;
    Result<JsonObject> fromScale(const RequestScope &scope, const JsonObject &object,
                                 const JsonObject &scale) const override;
    std::string_view replicasPath(const api::ResourceInfo &resource) const override;
    Result<> mayCreate() const override;
    std::string_view deprecation(const api::ResourceInfo &resource) const override;

    // RuntimeKind
    JsonArray tableCells(const api::ResourceInfo &resource, const JsonObject &object,
                         api::Stamp::Point now) const override;
    std::string definition(const api::ResourceInfo &resource, Description form) const override;

private:
    explicit CustomKind() : m_strategy(*this) {}
    const CustomVersion *find(std::string_view apiVersion) const;
    void bring(JsonObject &object, const CustomVersion &version) const;

    std::vector<std::unique_ptr<CustomVersion>> m_versions;
    const CustomVersion *m_storage = nullptr;
    std::shared_ptr<WebhookClient> m_webhook; ///< null: strategy None
    CustomStrategy m_strategy;
    std::atomic<bool> m_terminating = false;
};

} // namespace coracle::apiserver
