#include "clusterd/controllers/serviceaccount_controller.h"

#include "core/api/types/core_v1.h"
#include "core/client/typed_client.h"

namespace coracle::controllers {

ServiceAccountController::ServiceAccountController(const ControllerContext &context)
    : Controller(context, "serviceaccount"),
      m_namespaces(informers().get<corev1::Namespace>()),
      m_accounts(informers().get<corev1::ServiceAccount>()) {
    enqueueOnChange(m_namespaces);
    m_accounts.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (!after && before->name() == "default")
            queue().add(std::string(before->namespaceName()));
    });
}

Task<Result<>> ServiceAccountController::reconcile(std::string key) {
    const ObjectPtr object = m_namespaces.get(key);
    if (!object || object->deleting() || m_accounts.get(key, "default"))
        co_return Result<>{};
    corev1::ServiceAccount account;
    account.metadata.name = "default";
    account.metadata.namespace_ = key;
    auto created = co_await client::create(client(), std::move(account));
    if (!created && !isAlreadyExists(created.error()))
        co_return std::unexpected(created.error());
    co_return Result<>{};
}

} // namespace coracle::controllers
