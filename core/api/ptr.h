#pragma once

#include <memory>
#include <utility>

namespace coracle::api {

/// An optional struct of the API: absent or a value of its own. Copies are deep; the pointee may be incomplete where
/// the Ptr is declared.
template<class T>
class Ptr {
public:
    Ptr() = default;
    Ptr(std::nullptr_t) {}
    Ptr(T value) : m_value(std::make_unique<T>(std::move(value))) {}
    Ptr(const Ptr &other) : m_value(other.m_value ? std::make_unique<T>(*other.m_value) : nullptr) {}
    Ptr(Ptr &&) noexcept = default;
    Ptr &operator=(const Ptr &other) {
        if (this != &other)
            m_value = other.m_value ? std::make_unique<T>(*other.m_value) : nullptr;
        return *this;
    }
    Ptr &operator=(Ptr &&) noexcept = default;
    ~Ptr() = default;

    explicit operator bool() const { return m_value != nullptr; }
    T *operator->() { return m_value.get(); }
    const T *operator->() const { return m_value.get(); }
    T &operator*() { return *m_value; }
    const T &operator*() const { return *m_value; }
    T *get() { return m_value.get(); }
    const T *get() const { return m_value.get(); }
    void reset() { m_value.reset(); }

    /// The value, made empty first where it is absent.
    T &ensure() {
        if (!m_value)
            m_value = std::make_unique<T>();
        return *m_value;
    }

    friend bool operator==(const Ptr &a, const Ptr &b) {
        return a.m_value && b.m_value ? *a.m_value == *b.m_value : !a.m_value == !b.m_value;
    }

private:
    std::unique_ptr<T> m_value;
};

} // namespace coracle::api
