"""Changing a client's names and wishes, contacts and addresses."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from clients.forms.record import (
    AddressForm,
    ContactChangeForm,
    ContactForm,
    EditForm,
    PersonForm,
    WishesForm,
)
from clients.models import Address, Client, Contact
from clients.selectors import clients as found_clients
from clients.services import clients, contacts
from clients.views.record import ActView, EditView


class PersonChange(EditView):
    """Names, pronouns and birth date."""

    title = "Names and birth date"
    form_class = PersonForm
    field_of = {clients.NoName: "family_name", clients.NotYetBorn: "birth_date"}

    def row(self) -> Client:
        return Client.objects.get(pk=self.client.pk)

    def save(self, form: EditForm) -> None:
        seen = form.cleaned_data["seen"] or 0
        clients.change_person(client=self.client, seen=seen, **form.values(), now=timezone.now())


class WishesChange(EditView):
    """In which ways the client may be reached."""

    title = "Wishes"
    form_class = WishesForm
    field_of = {clients.NotAllowed: "preferred_channel"}

    def row(self) -> Client:
        return Client.objects.get(pk=self.client.pk)

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "channels": found_clients.channels(self.row())}

    def save(self, form: EditForm) -> None:
        seen = form.cleaned_data["seen"] or 0
        clients.change_wishes(client=self.client, seen=seen, **form.values())


class ContactNew(EditView):
    """Another telephone number or e-mail address."""

    title = "New contact"
    form_class = ContactForm
    saved_words = "The contact is added."

    def save(self, form: EditForm) -> None:
        contacts.add(
            client=self.client, **form.values(), now=timezone.now(), by=self.request.membership
        )


class ContactChange(EditView):
    """A contact that is in use."""

    title = "Contact"
    form_class = ContactChangeForm
    field_of = {contacts.NotThereAnyMore: None}

    def row(self) -> Contact:
        return get_object_or_404(
            Contact.objects.select_related("client"),
            client=self.client,
            pk=self.kwargs["contact_id"],
        )

    def save(self, form: EditForm) -> None:
        seen = form.cleaned_data["seen"] or 0
        contacts.change(contact=self.row(), seen=seen, **form.values())


class ContactAct(ActView):
    """One act on a contact."""

    refused = (contacts.NotThereAnyMore, contacts.StillThere)

    def contact(self) -> Contact:
        contact_id: UUID = self.kwargs["contact_id"]
        found = Contact.objects.filter(client=self.client, pk=contact_id).select_related("client")
        contact = found.first()
        if contact is None:
            raise Http404
        return contact


class ContactEnd(ContactAct):
    """Stop using a contact."""

    done_words = "The contact is not used any more. It stays below, to be brought back."

    def act(self) -> None:
        contacts.end(contact=self.contact(), now=timezone.now(), by=self.request.membership)


class ContactBringBack(ContactAct):
    """Use an ended contact again."""

    done_words = "The contact is back."

    def act(self) -> None:
        contacts.bring_back(contact=self.contact())


class ContactFirst(ContactAct):
    """Let a contact be the first of its kind."""

    done_words = "This one is used first now."

    def act(self) -> None:
        contacts.put_first(contact=self.contact())


class AddressNew(EditView):
    """Another postal address."""

    title = "New address"
    form_class = AddressForm
    field_of = {contacts.EndsBeforeItStarts: "ends_on"}
    saved_words = "The address is added."

    def save(self, form: EditForm) -> None:
        contacts.add_address(
            client=self.client, **form.values(), now=timezone.now(), by=self.request.membership
        )


class AddressChange(EditView):
    """A postal address, and its last day."""

    title = "Address"
    form_class = AddressForm
    field_of = {contacts.EndsBeforeItStarts: "ends_on"}

    def row(self) -> Address:
        return get_object_or_404(
            Address.objects.select_related("client"),
            client=self.client,
            pk=self.kwargs["address_id"],
        )

    def save(self, form: EditForm) -> None:
        seen = form.cleaned_data["seen"] or 0
        contacts.change_address(address=self.row(), seen=seen, **form.values())
