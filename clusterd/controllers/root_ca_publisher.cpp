#include "clusterd/controllers/root_ca_publisher.h"

#include "core/api/types/core_v1.h"
#include "core/client/typed_client.h"

namespace coracle::controllers {

namespace {
constexpr const char *kName = "kube-root-ca.crt";
}

RootCaPublisher::RootCaPublisher(const ControllerContext &context, std::string caPem)
    : Controller(context, "root-ca-cert-publisher"),
      m_caPem(std::move(caPem)),
      m_namespaces(informers().get<corev1::Namespace>()),
      m_configMaps(client(), corev1::ConfigMap::resource(), clock(), {}, {}, std::string("metadata.name=") + kName) {
    enqueueOnChange(m_namespaces);
    m_configMaps.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        queue().add(std::string((after ? after : before)->namespaceName()));
    });
    m_configMaps.start(gate());
}

Task<Result<>> RootCaPublisher::reconcile(std::string key) {
    co_await m_configMaps.waitSynced();
    const ObjectPtr namespaceObject = m_namespaces.get(key);
    if (!namespaceObject || namespaceObject->deleting())
        co_return Result<>{};
    corev1::ConfigMap wanted;
    wanted.metadata.name = kName;
    wanted.metadata.namespace_ = key;
    wanted.metadata.annotations["kubernetes.io/description"] =
        "The CA bundle that clients in the cluster verify the API server by.";
    wanted.data["ca.crt"] = m_caPem;
    const ObjectPtr existing = m_configMaps.get(key, kName);
    if (!existing) {
        auto created = co_await client::create(client(), std::move(wanted));
        if (!created && !isAlreadyExists(created.error()))
            co_return std::unexpected(created.error());
        co_return Result<>{};
    }
    CO_TRY(corev1::ConfigMap current, api::decode<corev1::ConfigMap>(*existing));
    if (current.data == wanted.data)
        co_return Result<>{};
    current.data = wanted.data;
    CO_CHECK(co_await client::update(client(), std::move(current)));
    co_return Result<>{};
}

} // namespace coracle::controllers
