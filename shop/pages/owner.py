"""The owner's pages: `page`, and `preview`, for staff who are writing one."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pages.models import Page
from pages.selectors import published_page
from shop.accounts.shoppers import ShopRequest


@require_safe
def page(request: ShopRequest, slug: str) -> HttpResponse:
    """`/pages/<slug>/`"""
    found = published_page(slug)
    if found is None:
        raise Http404
    if found.get_absolute_url() != request.path:  # the terms have kept their address
        return HttpResponseRedirect(found.get_absolute_url())
    return show_page(request, found)


def show_page(request: HttpRequest, found: Page) -> HttpResponse:
    """Answer with a page of the owner."""
    context = {"page": found, "canonical": request.build_absolute_uri(found.get_absolute_url())}
    return keep_without_form(render(request, "shop/page.html", context))


def keep_without_form(response: HttpResponse) -> HttpResponse:
    """Let browsers keep a page without a form, and ask for it again, since the cart is on it. Returns it.

    A form has a token that is good once.
    """
    if b'method="post"' in response.content:
        add_never_cache_headers(response)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    return response


@never_cache
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """`/pages/preview/`: a page as it is typed in the back office."""
    user = request.user
    if not (user.is_staff and user.has_perm("pages.view_page")):
        raise Http404
    typed = Page(title=request.POST.get("title", ""), text=request.POST.get("text", ""))
    return render(request, "shop/page.html", {"page": typed, "is_preview": True})
