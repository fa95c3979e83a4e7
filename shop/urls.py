"""Addresses of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from outbox.metrics import metrics
from shop.accounts import account, addresses, signup
from shop.accounts import views as accounts
from shop.cart import adding, country, lines, undo
from shop.cart import views as cart
from shop.catalog import pictures
from shop.catalog import views as catalog
from shop.checkout import views as checkout
from shop.orders import again, finding, payments
from shop.orders import views as orders
from shop.orders.views import by_link, in_account
from shop.pages import contact, front, health, legal, machines, owner, sitemaps, social
from shop.second_factor.guard import after_second_factor
from shop.withdrawals import views as withdrawals

shop_urls = [
    path("", front.home, name="home"),
    path("robots.txt", machines.robots, name="robots"),
    path("manifest.webmanifest", machines.manifest, name="manifest"),
    path("favicon.ico", machines.icon("shop/favicon.ico"), name="favicon"),
    path("apple-touch-icon.png", machines.icon("shop/touch-icon.png"), name="touch_icon"),
    path("social-card.png", social.card, name="social_card"),
    path(
        "sitemap.xml",
        sitemaps.sitemap_index,
        {"sitemaps": sitemaps.SECTIONS, "sitemap_url_name": "shop:sitemap"},
        name="sitemap_index",
    ),
    path("sitemap-<section>.xml", sitemaps.sitemap, {"sitemaps": sitemaps.SECTIONS}, name="sitemap"),
    path("preview/", front.preview, name="home_preview"),
    path("goods/", catalog.catalogue, name="catalogue"),
    path("c/<slug:slug>/", catalog.catalogue, name="category"),
    re_path(r"^photos/(?P<name>[0-9a-f]{32})-(?P<size>[a-z]+)\.webp$", pictures.photo, name="photo"),
    path("products/<slug:slug>/", catalog.product, name="product"),
    path("cart/", cart.cart, name="cart"),
    path("cart/add/", adding.add, name="cart_add"),
    path("cart/country/", country.choose_country, name="cart_country"),
    path("cart/undo/", undo.undo, name="cart_undo"),
    path("cart/keep/", lines.extend, name="cart_extend"),
    path("cart/retake/", lines.reclaim_all, name="cart_reclaim_all"),
    path("cart/lines/<int:line_id>/", lines.set_quantity, name="cart_line"),
    path("cart/lines/<int:line_id>/remove/", lines.remove, name="cart_line_remove"),
    path("cart/lines/<int:line_id>/retake/", lines.reclaim, name="cart_line_reclaim"),
    path("checkout/", checkout.address, name="checkout"),
    path("checkout/review/", checkout.review, name="checkout_review"),
    path("orders/find/", finding.find_order, name="order_find"),  # before the route of a token
    path("orders/<str:token>/", by_link(orders.order_page), name="order"),
    path("orders/<str:token>/pay/", by_link(orders.order_pay), name="order_pay"),
    path("orders/<str:token>/cancel/", by_link(orders.order_cancel), name="order_cancel"),
    path("orders/<str:token>/again/", by_link(again.again), name="order_again"),
    path("orders/<str:token>/documents/<slug:document>.pdf", by_link(orders.order_document), name="order_document"),
    path("withdraw/", withdrawals.find, name="withdraw_find"),
    path("orders/<str:token>/withdraw/", by_link(withdrawals.choose), name="order_withdraw"),
    path("orders/<str:token>/withdraw/confirm/", by_link(withdrawals.confirm), name="order_withdraw_confirm"),
    path("orders/<str:token>/withdraw/<int:withdrawal>/", by_link(withdrawals.declared), name="order_withdrawn"),
    path("payments/<slug:provider>/hook/", payments.hook, name="payment_hook"),
    path("accounts/login/", accounts.LoginView.as_view(), name="login"),
    path("accounts/logout/", accounts.LogoutView.as_view(), name="logout"),
    path("accounts/signup/", signup.SignupView.as_view(), name="signup"),
    path("accounts/signup/sent/", signup.sent, name="signup_sent"),
    path("accounts/signup/<str:token>/", signup.confirm, name="signup_confirm"),
    path("accounts/reset/", accounts.ResetView.as_view(), name="reset"),
    path("accounts/reset/sent/", accounts.ResetSentView.as_view(), name="reset_sent"),
    path("accounts/reset/<uidb64>/<token>/", accounts.ResetConfirmView.as_view(), name="reset_confirm"),
    path("account/", account.account, name="account"),
    path("account/email/", account.new_email, name="account_email"),
    path("account/email/<str:token>/", account.confirm_email, name="account_email_confirm"),
    path("account/password/", accounts.PasswordView.as_view(), name="account_password"),
    path("account/addresses/new/", addresses.address, name="account_address_new"),
    path("account/addresses/<int:address_id>/", addresses.address, name="account_address"),
    path("account/addresses/<int:address_id>/default/", addresses.make_default, name="account_address_default"),
    path("account/addresses/<int:address_id>/remove/", addresses.remove, name="account_address_remove"),
    path("account/data.json", account.export, name="account_export"),
    path("account/orders/", orders.order_list, name="account_orders"),
    path("account/orders/<slug:number>/", in_account(orders.order_page), name="account_order"),
    path("account/orders/<slug:number>/pay/", in_account(orders.order_pay), name="account_order_pay"),
    path("account/orders/<slug:number>/cancel/", in_account(orders.order_cancel), name="account_order_cancel"),
    path("account/orders/<slug:number>/again/", in_account(again.again), name="account_order_again"),
    path("account/orders/<slug:number>/withdraw/", in_account(withdrawals.choose), name="account_order_withdraw"),
    path(
        "account/orders/<slug:number>/withdraw/confirm/",
        in_account(withdrawals.confirm),
        name="account_order_withdraw_confirm",
    ),
    path(
        "account/orders/<slug:number>/withdraw/<int:withdrawal>/",
        in_account(withdrawals.declared),
        name="account_order_withdrawn",
    ),
    path(
        "account/orders/<slug:number>/documents/<slug:document>.pdf",
        in_account(orders.order_document),
        name="account_order_document",
    ),
    path("account/delete/", account.delete, name="account_delete"),
    path("pages/contact/", contact.contact, name="contact"),
    path("pages/preview/", owner.preview, name="page_preview"),
    path("pages/<slug:slug>/", owner.page, name="page"),
    path("legal/<slug:page>/", legal.legal, name="legal"),
]

urlpatterns = [
    path("", include((shop_urls, "shop"))),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", after_second_factor(metrics), name="metrics"),
    *(path("", include(name)) for name in settings.SHOP_EXTRA_URLS),
]

handler403 = "backoffice.errors.permission_denied"
handler500 = "shop.pages.errors.server_error"
