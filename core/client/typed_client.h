#pragma once

#include "core/api/typed.h"
#include "core/client/client.h"

/// Calls with the generated structs instead of JSON text: the kind gives the resource, the metadata gives the place.
namespace coracle::client {

template<class T>
Task<Result<T>> get(Client &client, std::string namespaceName, std::string name) {
    CO_TRY(ObjectPtr object, co_await client.get(T::resource(), std::move(namespaceName), std::move(name)));
    co_return api::decode<T>(*object);
}

template<class T>
Task<Result<T>> create(Client &client, T object, WriteOptions options = WriteOptions()) {
    CO_TRY(ObjectPtr made,
           co_await client.create(T::resource(), object.metadata.namespace_, api::encode(object), std::move(options)));
    co_return api::decode<T>(*made);
}

template<class T>
Task<Result<T>> update(Client &client, T object, WriteOptions options = WriteOptions()) {
    CO_TRY(ObjectPtr written, co_await client.update(T::resource(), object.metadata.namespace_, object.metadata.name,
                                                     api::encode(object), std::move(options)));
    co_return api::decode<T>(*written);
}

template<class T>
Task<Result<T>> updateStatus(Client &client, T object) {
    WriteOptions options;
    options.subresource = "status";
    return update<T>(client, std::move(object), std::move(options));
}

template<class T>
Task<Result<>> remove(Client &client, const T &object, DeleteOptions options = DeleteOptions()) {
    return client.remove(T::resource(), object.metadata.namespace_, object.metadata.name, std::move(options));
}

} // namespace coracle::client
